// A port of this machine, and a client that calls there and waits.
#pragma once

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <string>

#include "os/fd.hpp"

namespace nutricount {

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

/// Of loopback, free now.
inline std::uint16_t free_port() {
  const os::Fd fd(socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  REQUIRE(bind(fd.get(), generic, size) == 0);
  REQUIRE(getsockname(fd.get(), generic, &size) == 0);
  return ntohs(address.sin_port);
}

inline std::string address_of(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

/// A connection; empty where it is refused.
inline os::Fd call(std::uint16_t port) {
  os::Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = loopback(port);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  if (connect(fd.get(), generic, sizeof address) != 0) return {};
  const timeval patience{.tv_sec = 20, .tv_usec = 0};
  REQUIRE(setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0);
  return fd;
}

/// All that the other side says until it hangs up, waited for 20 seconds at most.
inline std::string answer_to(const os::Fd& call) {
  std::string text;
  std::array<char, 256> buffer{};
  for (ssize_t n = 0; (n = read(call.get(), buffer.data(), buffer.size())) > 0;) {
    text.append(buffer.data(), static_cast<std::size_t>(n));
  }
  return text;
}

}  // namespace nutricount
