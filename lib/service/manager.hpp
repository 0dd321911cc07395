// What runs the application: systemd, or this program itself on a machine without it.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "os/owner.hpp"
#include "os/process.hpp"

namespace nutricount::service {

/// One unit (or, for the process manager, the one process) as it is now.
struct UnitState {
  std::string unit;
  bool exists = true;
  std::string active;  ///< systemd's ActiveState: active, inactive, failed, activating, …
  std::string sub;     ///< systemd's SubState: running, dead, auto-restart, …
  pid_t main_pid = 0;
  std::uint32_t restarts = 0;      ///< NRestarts: automatic restarts since it was started
  std::optional<Timestamp> since;  ///< when the main process started
  /// Ended, and nothing will start it again: waiting for it is pointless.
  bool gave_up = false;
  std::string reason;  ///< why, where gave_up: "exited with status 1", "killed by SIGKILL"
};

class Manager {
 public:
  virtual ~Manager() = default;

  /// "systemd" or "process".
  [[nodiscard]] virtual std::string name() const = 0;
  /// In the order of the configuration.
  [[nodiscard]] virtual std::vector<UnitState> states() const = 0;
  /// Stops the units in reverse order; ones that do not run are fine. When it returns nothing of
  /// them runs. Throws with the unit's name and state at the deadline or when a job fails. Returns
  /// what is worth a note; empty where nothing is.
  virtual std::string stop(const Deadline& deadline) = 0;
  /// Starts the units in order and returns when each start job is done (which says nothing about
  /// health). Throws when a start job fails at once.
  virtual void start(const Deadline& deadline) = 0;
  /// Where to read on: a command, or a file.
  [[nodiscard]] virtual std::string log() const = 0;
  /// The last lines that the application wrote since `since`, oldest first, at most `count`; empty
  /// where they cannot be read.
  [[nodiscard]] virtual std::vector<std::string> last_lines(std::size_t count,
                                                            Timestamp since) const = 0;
};

/// Units over D-Bus (org.freedesktop.systemd1), as root or with a polkit rule.
[[nodiscard]] std::unique_ptr<Manager> make_systemd_manager(std::vector<std::string> units);

/// Where a command without a slash is looked for, whoever deploys: PATH of the application.
inline constexpr std::string_view kApplicationPath =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

struct ProcessSettings {
  std::vector<std::string> start;         ///< argv; argv[0] relative to `directory`
  std::filesystem::path directory;        ///< its working directory
  std::filesystem::path state_directory;  ///< holds app.pid (JSON) and app.log
  std::string unit;                       ///< the name to show
  os::Owner owner;
  Milliseconds stop_timeout{30'000};
  std::string listen = {};  ///< as os::listen_at takes it; empty: the application binds itself
  std::map<std::string, std::string> environment = {};  ///< added to its own
};
/// Starts the command as the owner in a session of its own (setsid), stdin from /dev/null, output
/// appended to STATE/app.log (the previous one kept as app.log.1). The pidfile (pid, start time,
/// boot id) is written by the new process itself before it becomes the command, so that no
/// application ever runs without one. Stops with SIGTERM to the main process, SIGKILL to what is
/// left of the session after stop_timeout; never by name.
/// With `listen` the application gets its listening socket as sd_listen_fds(3) has it. From a stop
/// to the next start by the same object that very socket stays open, and no client is refused; the
/// kernel closes it when this process ends.
[[nodiscard]] std::unique_ptr<Manager> make_process_manager(ProcessSettings settings);

/// Whether this process belongs to one of the units: runs before its start (ExecStartPre=), or was
/// started by the application. By its control group (cgroups(7)).
[[nodiscard]] bool runs_in(const std::vector<std::string>& units);

/// Whether PID 1 of this machine is systemd (sd_booted(3)).
[[nodiscard]] bool systemd_runs();

}  // namespace nutricount::service
