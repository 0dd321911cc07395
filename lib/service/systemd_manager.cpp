#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <sstream>
#include <string_view>

#include "base/error.hpp"
#include "base/quantity.hpp"
#include "os/file.hpp"
#include "service/bus.hpp"
#include "service/ending.hpp"
#include "service/journal.hpp"
#include "service/manager.hpp"

namespace nutricount::service {
namespace {
// Restarts after which a unit with Restart=always is taken for one that cannot start.
constexpr std::uint32_t kRestartsToGiveUp = 3;

// As systemctl has it: a name without a type is a service.
std::string with_type(const std::string& unit) {
  constexpr std::array<std::string_view, 8> kTypes = {".service", ".socket", ".target", ".timer",
                                                      ".path",    ".mount",  ".scope",  ".slice"};
  for (const auto type : kTypes) {
    if (unit.ends_with(type)) return unit;
  }
  return unit + ".service";
}

class SystemdManager final : public Manager {
 public:
  explicit SystemdManager(const std::vector<std::string>& units) {
    for (const auto& unit : units) units_.push_back(with_type(unit));
  }

  [[nodiscard]] std::string name() const override { return "systemd"; }
  [[nodiscard]] std::vector<UnitState> states() const override;
  std::string stop(const Deadline& deadline) override;
  void start(const Deadline& deadline) override;
  [[nodiscard]] std::string log() const override { return "journalctl -u " + units_.front(); }
  [[nodiscard]] std::vector<std::string> last_lines(std::size_t count,
                                                    Timestamp since) const override {
    return last_journal_lines(units_, count, since);
  }

 private:
  Bus& bus() const;
  [[nodiscard]] UnitState state_of(const std::string& unit) const;
  void add_service(UnitState& state, const std::string& object) const;
  [[nodiscard]] std::string reason_of(const UnitState& state, const std::string& object) const;
  void stop_one(const std::string& unit, const Deadline& deadline);
  void start_one(const std::string& unit, const Deadline& deadline);
  [[nodiscard]] Error failed_job(const std::string& unit, const std::string& wanted,
                                 const Bus::Job& job, const Deadline& deadline) const;

  std::vector<std::string> units_;
  mutable std::unique_ptr<Bus>
      bus_;  // opened by the first question, for the constructor may not fail
  std::map<std::string, std::uint32_t> restarts_at_start_;
};

Bus& SystemdManager::bus() const {
  if (!bus_) bus_ = std::make_unique<Bus>();
  return *bus_;
}

std::string SystemdManager::reason_of(const UnitState& state, const std::string& object) const {
  const std::string ending = describe_end(bus().signed32(object, "Service", "ExecMainCode"),
                                          bus().signed32(object, "Service", "ExecMainStatus"));
  const std::string result = bus().text(object, "Service", "Result");
  std::string reason;
  if (state.active != "failed") {
    reason = fmt::format("was restarted {} times", state.restarts);
  } else if (result != "exit-code" && result != "signal" && result != "core-dump") {
    reason = result;  // start-limit-hit, timeout, oom-kill, …: says more than the exit status
  }
  if (reason.empty() || ending.empty()) return reason + ending;
  return fmt::format("{}, last {}", reason, ending);
}

void SystemdManager::add_service(UnitState& state, const std::string& object) const {
  state.main_pid = static_cast<pid_t>(bus().number32(object, "Service", "MainPID"));
  state.restarts = bus().number32(object, "Service", "NRestarts");
  if (const auto started = bus().number64(object, "Service", "ExecMainStartTimestamp");
      started != 0) {
    state.since = std::chrono::time_point_cast<Milliseconds>(
        std::chrono::sys_time<std::chrono::microseconds>(std::chrono::microseconds(started)));
  }
  const auto at_start = restarts_at_start_.find(state.unit);
  if (at_start != restarts_at_start_.end() &&
      state.restarts >= at_start->second + kRestartsToGiveUp) {
    state.gave_up = true;
  }
}

UnitState SystemdManager::state_of(const std::string& unit) const {
  UnitState state;
  state.unit = unit;
  const std::string object = bus().load_unit(unit);
  state.exists = bus().text(object, "Unit", "LoadState") != "not-found";
  state.active = bus().text(object, "Unit", "ActiveState");
  state.sub = bus().text(object, "Unit", "SubState");
  state.gave_up = state.active == "failed";
  if (!unit.ends_with(".service")) return state;
  add_service(state, object);
  if (state.gave_up) state.reason = reason_of(state, object);
  return state;
}

std::vector<UnitState> SystemdManager::states() const {
  std::vector<UnitState> states;
  for (const auto& unit : units_) states.push_back(state_of(unit));
  return states;
}

Error SystemdManager::failed_job(const std::string& unit, const std::string& wanted,
                                 const Bus::Job& job, const Deadline& deadline) const {
  const UnitState state = state_of(unit);
  const std::string now = fmt::format("it is {} ({})", state.active, state.sub);
  const std::string hint =
      fmt::format("see systemctl status {0} and journalctl -u {0} -n 50", unit);
  if (job.result.empty()) {
    return Error(fmt::format("{} did not {} within {}: {}", unit, wanted,
                             format_duration(deadline.allowed().value_or(Milliseconds(0))), now),
                 hint);
  }
  return Error(fmt::format("{} did not {}: the job ended as \"{}\", {}{}{}", unit, wanted,
                           job.result, now, state.reason.empty() ? "" : ", ", state.reason),
               hint);
}

void SystemdManager::stop_one(const std::string& unit, const Deadline& deadline) {
  // Also where it looks inactive: it may be waiting for an automatic restart, or be started just
  // now. StopUnit ends all of that, and is done at once where there is nothing to end.
  const Bus::Job job = bus().run_job("StopUnit", unit, deadline);
  if (job.refused) {
    // What has neither a unit file nor a process does not run.
    if (job.refused->name == "org.freedesktop.systemd1.NoSuchUnit") return;
    throw bus_error(fmt::format("cannot stop {}", unit), *job.refused);
  }
  if (job.result != "done") throw failed_job(unit, "stop", job, deadline);
  const UnitState state = state_of(unit);
  // A client at its socket may have asked for its start already. Before its start (ExecStartPre=)
  // nothing of it runs, and there it waits for the gate.
  const bool waits = state.sub == "start-pre" && state.main_pid == 0;
  if (state.active != "inactive" && state.active != "failed" && !waits) {
    throw failed_job(unit, "stay stopped", job, deadline);
  }
}

void SystemdManager::start_one(const std::string& unit, const Deadline& deadline) {
  // Putting the old version back must not fail because the new one used up the start limit. Where
  // this is refused, StartUnit says why.
  static_cast<void>(bus().reset_failed(unit));
  const UnitState before = state_of(unit);
  // A start job on a unit that waits for its automatic restart would wait along (RestartSec).
  const char* method = before.sub == "auto-restart" ? "RestartUnit" : "StartUnit";
  const Bus::Job job = bus().run_job(method, unit, deadline);
  if (job.refused) {
    // Who may not stop it either asks for nothing here: it runs, as it did before the attempt.
    if (before.active == "active") return;
    throw bus_error(fmt::format("cannot start {}", unit), *job.refused);
  }
  if (job.result != "done") throw failed_job(unit, "start", job, deadline);
  restarts_at_start_[unit] = 0;
}

std::string SystemdManager::stop(const Deadline& deadline) {
  for (auto unit = units_.rbegin(); unit != units_.rend(); ++unit) stop_one(*unit, deadline);
  return {};
}

void SystemdManager::start(const Deadline& deadline) {
  for (const auto& unit : units_) start_one(unit, deadline);
}
}  // namespace

std::unique_ptr<Manager> make_systemd_manager(std::vector<std::string> units) {
  return std::make_unique<SystemdManager>(units);
}

bool runs_in(const std::vector<std::string>& units) {
  // "0::/system.slice/nutrition-tracker.service", or one such line for each hierarchy.
  std::istringstream lines(os::read_file("/proc/self/cgroup", 65536).value_or(""));
  for (std::string line; std::getline(lines, line);) {
    for (const auto& part : std::filesystem::path(line.substr(line.find('/') + 1))) {
      const auto is_part = [&](const auto& unit) { return with_type(unit) == part.string(); };
      if (std::any_of(units.begin(), units.end(), is_part)) return true;
    }
  }
  return false;
}

bool systemd_runs() {
  const auto st = os::look_at("/run/systemd/system");
  return st && S_ISDIR(st->st_mode);
}

}  // namespace nutricount::service
