// Starting the application so that it outlives this program.
#pragma once

#include "base/clock.hpp"
#include "os/fd.hpp"
#include "os/lock.hpp"
#include "service/manager.hpp"
#include "service/pidfile.hpp"

namespace nutricount::service {

/// Starts settings.start in a session of its own and returns what the pidfile says once the command
/// itself runs (execve(2) succeeded). Throws, with no process and no pidfile left, when it cannot
/// be started. `starting` is held by the new process too until it is the command or has failed, so
/// that whoever takes that lock next, after this program was killed as well, finds a pidfile that
/// is true. `socket`, where there is one, becomes the command's descriptor 3 (sd_listen_fds(3)).
[[nodiscard]] PidRecord launch(const ProcessSettings& settings, const os::Fd& socket,
                               const os::FileLock& starting, const Deadline& deadline);

}  // namespace nutricount::service
