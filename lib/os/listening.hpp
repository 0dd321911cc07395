// TCP sockets that wait for clients: opened here, or shared with the process that has one.
#pragma once

#include <string>
#include <string_view>

#include "os/fd.hpp"
#include "os/process.hpp"

namespace nutricount::os {

/// IPV4:PORT or [IPV6]:PORT, in digits: what the functions below take.
[[nodiscard]] bool is_socket_address(std::string_view text);

/// Opens a socket there (SO_REUSEADDR, a backlog of 2048, O_CLOEXEC): from now on clients wait
/// instead of being refused. Throws Error with exit status 2, naming the address, where another
/// process has it or this machine does not.
[[nodiscard]] Fd listen_at(const std::string& address);

/// The very socket by which that process listens there (pidfd_getfd(2), O_CLOEXEC), whatever
/// number it has there; it stays open when the process ends. Empty where the process has none, or
/// has ended. Throws where this one may not look into that one, or the kernel is older than 5.6.
[[nodiscard]] Fd share_listening(const ProcessId& process, const std::string& address);

}  // namespace nutricount::os
