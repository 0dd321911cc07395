// SIGINT and SIGTERM as a value that waits can look at.
#pragma once

#include "base/clock.hpp"

namespace nutricount::os {

/// Installs handlers for SIGINT, SIGTERM and SIGHUP once, for the life of the process; from then on
/// they interrupt waits instead of ending the process. SIGPIPE is ignored.
void catch_signals();
/// The signal that was caught first, or 0.
[[nodiscard]] int caught_signal() noexcept;
/// Readable once a signal was caught: to be polled beside other descriptors. -1 before
/// `catch_signals`.
[[nodiscard]] int signal_fd() noexcept;
/// Throws Error (exit status 130 for SIGINT, 143 for the others) when a signal was caught and no
/// Hold is alive.
void throw_if_interrupted();

/// In a forked child: nothing was caught, and the descriptor is the parent's.
void forget_signals() noexcept;

/// While one is alive, signals are remembered but interrupt nothing: for putting things back.
class Hold {
 public:
  Hold() noexcept;
  ~Hold();
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;
};
[[nodiscard]] bool held() noexcept;

/// Sleeps until `duration` is over; returns early on a signal and throws as throw_if_interrupted.
void pause_for(Milliseconds duration);

}  // namespace nutricount::os
