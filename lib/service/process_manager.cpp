#include <fmt/format.h>
#include <sys/wait.h>

#include <csignal>

#include "base/error.hpp"
#include "base/quantity.hpp"
#include "os/interruption.hpp"
#include "os/lock.hpp"
#include "service/app_log.hpp"
#include "service/ending.hpp"
#include "service/kept_socket.hpp"
#include "service/launch.hpp"
#include "service/manager.hpp"
#include "service/pidfile.hpp"

namespace nutricount::service {
namespace {
// SIGKILL takes effect at once, unless the process hangs in the kernel (a dead disk).
constexpr Milliseconds kKillPatience{5'000};

class ProcessManager final : public Manager {
 public:
  explicit ProcessManager(ProcessSettings settings)
      : settings_(std::move(settings)), socket_(settings_.listen) {}

  [[nodiscard]] std::string name() const override { return "process"; }
  [[nodiscard]] std::vector<UnitState> states() const override { return {state()}; }
  std::string stop(const Deadline& deadline) override;
  void start(const Deadline& deadline) override;
  [[nodiscard]] std::string log() const override {
    return (settings_.state_directory / "app.log").string();
  }
  [[nodiscard]] std::vector<std::string> last_lines(std::size_t count,
                                                    Timestamp since) const override;

 private:
  [[nodiscard]] UnitState state() const;
  [[nodiscard]] std::string reason(const PidRecord& record) const;
  [[nodiscard]] os::FileLock hold_starts(const Deadline& deadline) const;
  void end_session(const PidRecord& record) const;
  void end(PidRecord record, const Deadline& deadline);

  ProcessSettings settings_;
  KeptSocket socket_;
  std::uint64_t log_offset_ = 0;  ///< of the last start by this object
  mutable std::string ending_;    ///< how the process that this object started ended
};

UnitState ProcessManager::state() const {
  UnitState state;
  state.unit = settings_.unit;
  state.active = "inactive";
  state.sub = "dead";
  const auto record = read_pidfile(settings_.state_directory);
  // A pidfile of an earlier boot names nothing: the machine was switched off under it.
  if (!record || record->process.boot_id != os::boot_id()) return state;
  state.since = record->started;
  if (os::is_alive(record->process)) {
    state.active = record->stopping ? "deactivating" : "active";
    state.sub = record->stopping ? "stop-sigterm" : "running";
    state.main_pid = record->process.pid;
    return state;
  }
  if (record->stopping) return state;
  state.active = "failed";
  state.gave_up = true;
  state.reason = reason(*record);
  return state;
}

// How a process ended is told to its parent only: this object, where it started it, once.
std::string ProcessManager::reason(const PidRecord& record) const {
  siginfo_t info{};
  const auto id = static_cast<id_t>(record.process.pid);
  if (ending_.empty() && waitid(P_PID, id, &info, WEXITED | WNOHANG) == 0 && info.si_pid != 0) {
    ending_ = describe_end(info.si_code, info.si_status);
  }
  if (!ending_.empty()) return ending_;
  return fmt::format("ended (process {}, started at {})", record.process.pid,
                     to_utc(record.started));
}

// A start whose deployer was killed goes on by itself for a moment; waiting for it here makes the
// pidfile the whole truth.
os::FileLock ProcessManager::hold_starts(const Deadline& deadline) const {
  auto lock = os::FileLock::take(settings_.state_directory / "app.starting", deadline);
  if (lock) return std::move(*lock);
  throw Error(
      fmt::format("another start of {} is still under way", settings_.unit),
      "run the command again in a moment; if it persists, see ps for the process that hangs");
}

void ProcessManager::end_session(const PidRecord& record) const {
  const Deadline patience(kKillPatience);
  // Again until none is left: a process may fork while the list is read.
  for (auto left = os::session_members(record.process); !left.empty();
       left = os::session_members(record.process)) {
    for (const auto& process : left) os::signal_process(process, SIGKILL);
    for (const auto& process : left) {
      if (os::wait_for_end(process, patience)) continue;
      throw Error(fmt::format("process {} of {} does not end, not even by SIGKILL", process.pid,
                              settings_.unit),
                  "it hangs in the kernel: see dmesg for a disk that reports errors");
    }
  }
}

// Says in the pidfile that the end has begun: should this program be killed while it waits, the
// next one must not take the draining process for one that runs.
void note_stopping(const std::filesystem::path& state_directory, PidRecord& record) {
  record.stopping = true;
  try {
    write_pidfile(state_directory, record);
  } catch (const Error&) {
    // On a full disk stopping is all the more right: it is how things are put back.
  }
}

void ProcessManager::end(PidRecord record, const Deadline& deadline) {
  socket_.keep_from(record);
  if (os::is_alive(record.process)) {
    note_stopping(settings_.state_directory, record);
    os::signal_process(record.process, SIGTERM);
    // At either limit the rest is ended by force: what stop() promises is that nothing runs.
    static_cast<void>(os::wait_for_end(record.process, deadline.within(settings_.stop_timeout)));
  }
  end_session(record);
  static_cast<void>(reason(record));  // reaps it where it is this process's child
  remove_pidfile(settings_.state_directory);
}

std::string ProcessManager::stop(const Deadline& deadline) {
  const os::FileLock lock = hold_starts(deadline);
  if (const auto record = read_pidfile(settings_.state_directory)) end(*record, deadline);
  socket_.keep_open();
  return socket_.trouble();
}

void ProcessManager::start(const Deadline& deadline) {
  const os::FileLock lock = hold_starts(deadline);
  if (const auto record = read_pidfile(settings_.state_directory)) {
    if (os::is_alive(record->process) && !record->stopping) return;
    // Still draining after a stop that was cut short, or workers that outlived their leader: both
    // hold the port.
    end(*record, deadline);
  }
  ending_.clear();
  log_offset_ = launch(settings_, socket_.get(), lock, deadline).log_offset;
}

std::vector<std::string> ProcessManager::last_lines(std::size_t count, Timestamp since) const {
  const auto record = read_pidfile(settings_.state_directory);
  // Lines carry no time: those of the start that `since` falls into are the nearest answer.
  static_cast<void>(since);
  return tail_of_app_log(settings_.state_directory, record ? record->log_offset : log_offset_,
                         count);
}
}  // namespace

std::unique_ptr<Manager> make_process_manager(ProcessSettings settings) {
  if (settings.start.empty()) {
    throw usage_error("service.start is empty",
                      "name the command that runs the application, as a list of its words");
  }
  return std::make_unique<ProcessManager>(std::move(settings));
}

}  // namespace nutricount::service
