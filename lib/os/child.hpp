// Work in a child process: as another user, with a deadline. For a command see os/command.hpp.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "os/owner.hpp"
#include "os/process.hpp"

namespace nutricount::os {

/// What bounds a child. It runs in a process group of its own; at the deadline, and when this
/// process is interrupted (os/interruption.hpp), the whole group is killed. It dies with this
/// process (PR_SET_PDEATHSIG).
struct Bounds {
  std::optional<Owner> owner;  ///< become this user first
  Deadline deadline;
  /// Called in this process with the child's identity before the child does anything: to note it
  /// where a later run finds it.
  std::function<void(const ProcessId&)> on_start;
};

/// Called inside the child to report progress; each text arrives whole at `on_progress`.
using Report = std::function<void(std::string_view)>;

/// Runs `work` in a forked child and returns what it returns; an Error thrown in the child is
/// thrown here again, message, hint and status kept. Use it for libraries that know no deadline or
/// must not run as root. The calling process must have one thread.
[[nodiscard]] std::string run_in_child(
    const Bounds& bounds, const std::function<std::string(const Report&)>& work,
    const std::function<void(std::string_view)>& on_progress = {});

/// As run_in_child, for work that returns nothing.
void do_in_child(const Bounds& bounds, const std::function<void()>& work);

/// The error that a deadline makes: "WHAT did not finish within 5m".
[[nodiscard]] Error timed_out(const std::string& what, const Deadline& deadline);

}  // namespace nutricount::os
