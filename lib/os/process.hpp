// Processes that are not this program's children, told apart by pid and start time.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"

namespace nutricount::os {

/// A pid alone may be used again by another process; with the start time (clock ticks since boot,
/// field 22 of proc(5) /proc/PID/stat) and the boot it names one process for good.
struct ProcessId {
  pid_t pid = 0;
  std::uint64_t start_time = 0;
  std::string boot_id;
  bool operator==(const ProcessId&) const = default;
};

/// The process of that pid; nothing where there is none, or only a zombie.
[[nodiscard]] std::optional<ProcessId> identify(pid_t pid);
/// Still the same process, and not a zombie.
[[nodiscard]] bool is_alive(const ProcessId& process);
/// /proc/sys/kernel/random/boot_id
[[nodiscard]] std::string boot_id();

/// Waits until the process has ended (pidfd_open(2) and poll: a zombie that nobody reaps counts as
/// ended). False at the deadline. Throws on an interruption.
[[nodiscard]] bool wait_for_end(const ProcessId& process, const Deadline& deadline);

/// Sends a signal to a process group whose leader was `leader`, if that pid was not taken by
/// another process since. Says whether anything got it.
bool signal_group(const ProcessId& leader, int signal);

/// Sends a signal to that very process, through pidfd_open(2). False when it has ended.
bool signal_process(const ProcessId& process, int signal);

/// The living processes of the session that `leader` made with setsid(2), itself included where it
/// still lives. The kernel does not hand out the leader's pid again while the session has members.
[[nodiscard]] std::vector<ProcessId> session_members(const ProcessId& leader);

}  // namespace nutricount::os
