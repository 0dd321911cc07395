#include "os/listening.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <optional>
#include <vector>

#include "base/error.hpp"

namespace nutricount::os {
namespace fs = std::filesystem;
namespace {
constexpr int kBacklog = 2048;  // gunicorn's own
constexpr const char* kMayNotShare =
    "run the command as root, or allow it: sysctl kernel.yama.ptrace_scope=0";

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  bool operator==(const Address& other) const {
    return size == other.size && std::memcmp(&storage, &other.storage, size) == 0;
  }
};

std::optional<in_port_t> port_of(std::string_view digits) {
  in_port_t port = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, port);
  if (error != std::errc() || stop != end || port == 0) return std::nullopt;
  return htons(port);
}

template <typename Family>
Address address_in(const Family& in) {
  Address address;
  std::memcpy(&address.storage, &in, sizeof in);
  address.size = sizeof in;
  return address;
}

std::optional<Address> parse(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = port_of(text.substr(colon + 1));
  std::string host(text.substr(0, colon));
  if (!port || host.find('\0') != std::string::npos) return std::nullopt;
  if (host.starts_with('[') && host.ends_with(']')) {
    sockaddr_in6 in{};
    in.sin6_family = AF_INET6;
    in.sin6_port = *port;
    host = host.substr(1, host.size() - 2);
    if (inet_pton(AF_INET6, host.c_str(), &in.sin6_addr) != 1) return std::nullopt;
    return address_in(in);
  }
  sockaddr_in in{};
  in.sin_family = AF_INET;
  in.sin_port = *port;
  if (inet_pton(AF_INET, host.c_str(), &in.sin_addr) != 1) return std::nullopt;
  return address_in(in);
}

Address parsed(const std::string& text) {
  if (const auto address = parse(text)) return *address;
  throw usage_error(fmt::format("\"{}\" is no address to listen on", text),
                    "give IPV4:PORT or [IPV6]:PORT, such as 127.0.0.1:5000");
}

bool listens_at(const Fd& socket, const Address& wanted) {
  int accepts = 0;
  socklen_t size = sizeof accepts;
  Address address{.storage = {}, .size = sizeof address.storage};
  return getsockopt(socket.get(), SOL_SOCKET, SO_ACCEPTCONN, &accepts, &size) == 0 &&
         accepts != 0 && getsockname(socket.get(), address.get(), &address.size) == 0 &&
         address == wanted;
}

std::vector<int> sockets_of(pid_t pid) {
  std::vector<int> numbers;
  std::error_code error;
  for (fs::directory_iterator entry(fmt::format("/proc/{}/fd", pid), error), end;
       !error && entry != end; entry.increment(error)) {
    std::error_code closed;  // meanwhile
    const auto target = fs::read_symlink(entry->path(), closed).native();
    if (target.starts_with("socket:")) numbers.push_back(std::stoi(entry->path().filename()));
  }
  const bool ended = error.value() == ENOENT || error.value() == ESRCH;
  if (!error || ended) return numbers;
  throw system_error(error.value(), fmt::format("cannot see what process {} has open", pid),
                     kMayNotShare);
}
}  // namespace

bool is_socket_address(std::string_view text) { return parse(text).has_value(); }

Fd listen_at(const std::string& address) {
  const Address wanted = parsed(address);
  Fd fd(socket(wanted.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  if (!fd || setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      bind(fd.get(), wanted.get(), wanted.size) != 0 || listen(fd.get(), kBacklog) != 0) {
    const Error cause = system_error(fmt::format("cannot listen on {}", address));
    throw usage_error(cause.what(),
                      "see who does: ss -ltnp; end that process, or listen on another port");
  }
  return fd;
}

Fd share_listening(const ProcessId& process, const std::string& address) {
  const Address wanted = parsed(address);
  const Fd pidfd(static_cast<int>(syscall(SYS_pidfd_open, process.pid, 0)));
  // Opened first, compared after: from here on the descriptor means this very process.
  if (!pidfd || !is_alive(process)) return {};
  for (const int number : sockets_of(process.pid)) {
    Fd shared(static_cast<int>(syscall(SYS_pidfd_getfd, pidfd.get(), number, 0)));
    if (shared && listens_at(shared, wanted)) return shared;
    if (shared || errno == EBADF || errno == ESRCH) continue;
    throw system_error(fmt::format("cannot share a socket of process {}", process.pid),
                       kMayNotShare);
  }
  return {};
}

}  // namespace nutricount::os
