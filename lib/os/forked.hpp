// A forked process from its first moment to its end: what os/command and os/child stand on.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string_view>

#include "base/clock.hpp"
#include "os/child.hpp"
#include "os/fd.hpp"
#include "os/process.hpp"

namespace nutricount::os {

/// In the parent: a child that is killed and reaped on every way out.
class Forked {
 public:
  explicit Forked(pid_t pid) : id_{pid, 0, {}} {}
  Forked(const Forked&) = delete;
  Forked& operator=(const Forked&) = delete;
  ~Forked();

  /// Apart from the constructor: what throws here still ends the child.
  void watch();
  [[nodiscard]] const ProcessId& id() const { return id_; }
  /// Readable once it has ended (pidfd_open(2)); after `watch`.
  [[nodiscard]] int ended_fd() const { return ended_.get(); }
  /// Waits for its end and kills what it left running in its group. As a shell has it: the exit
  /// status, or 128 + signal.
  int reap();

 private:
  ProcessId id_;
  Fd ended_;
  bool reaped_ = false;
};

/// The first thing in every child: a group of its own, default signals, the bounds' user, and death
/// with `parent`.
void settle_in(pid_t parent, const Bounds& bounds);

/// In the child: waits until the parent has noted who it is; ends where the parent gave up.
void wait_at_gate(const Fd& gate);
/// In the parent: watches the child, notes its identity (Bounds::on_start), then lets it go on.
void open_gate(Forked& child, const Fd& gate, const Bounds& bounds);

/// In the parent: hands over what arrives on `source` until its end, or until the child has ended
/// and nothing more is there (a process that it left behind may hold the pipe open). False at the
/// deadline; throws when interrupted.
[[nodiscard]] bool drain(const Fd& source, const Forked& child, const Deadline& deadline,
                         const std::function<void(std::string_view)>& sink);

}  // namespace nutricount::os
