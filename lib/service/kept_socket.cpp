#include "service/kept_socket.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/error.hpp"
#include "os/listening.hpp"

namespace nutricount::service {

void KeptSocket::keep_from(const PidRecord& application) {
  if (address_.empty() || socket_) return;
  try {
    // Not its main process alone: workers that outlived it listen on.
    for (const auto& process : os::session_members(application.process)) {
      socket_ = os::share_listening(process, address_);
      if (socket_) return;
    }
  } catch (const Error& error) {
    trouble_ = fmt::format("clients of {} may be refused while it is down: {}; {}", address_,
                           error.what(), error.hint());
  }
}

void KeptSocket::keep_open() {
  try {
    static_cast<void>(get());
  } catch (const Error&) {
    // Stopping must not fail because something else listens there: it is how things are put back.
  }
}

const os::Fd& KeptSocket::get() {
  if (!address_.empty() && !socket_) socket_ = os::listen_at(address_);
  return socket_;
}

std::string KeptSocket::trouble() {
  if (trouble_.empty() || std::exchange(is_told_, true)) return {};
  return trouble_;
}

}  // namespace nutricount::service
