#include "os/message.hpp"

#include <cstdint>
#include <cstring>

#include "base/error.hpp"
#include "os/file.hpp"

namespace nutricount::os {
namespace {
constexpr std::size_t kHeader = 1 + sizeof(std::uint32_t);
// Two versions of each requirements file, at most 1 MiB each, are the most that is ever sent.
constexpr std::uint32_t kLongest = 256U << 20U;
}  // namespace

std::string framed(Kind kind, std::string_view bytes) {
  const auto length = static_cast<std::uint32_t>(bytes.size());
  std::string message(1, static_cast<char>(kind));
  message.append(reinterpret_cast<const char*>(&length), sizeof length);
  message.append(bytes);
  return message;
}

void send(const Fd& pipe, Kind kind, std::string_view bytes) {
  write_all(pipe.get(), framed(kind, bytes), "a pipe");
}

void Inbox::take(std::string_view bytes, const std::function<void(std::string_view)>& on_progress) {
  pending_ += bytes;
  std::string_view left = pending_;
  while (left.size() >= kHeader) {
    std::uint32_t length = 0;
    std::memcpy(&length, left.data() + 1, sizeof length);
    if (length > kLongest) throw Error("a child process says more than it can have to say");
    if (left.size() < kHeader + length) break;
    deliver(left.front(), left.substr(kHeader, length), on_progress);
    left.remove_prefix(kHeader + length);
  }
  pending_.erase(0, pending_.size() - left.size());
}

void Inbox::deliver(char kind, std::string_view body,
                    const std::function<void(std::string_view)>& on_progress) {
  switch (static_cast<Kind>(kind)) {
    case Kind::kResult:
      result_ = body;
      return;
    case Kind::kError:
      error_ = body;
      return;
    case Kind::kProgress:
      if (on_progress) on_progress(body);
      return;
  }
  throw Error("a child process says what nobody understands");
}

}  // namespace nutricount::os
