// Units over D-Bus, https://www.freedesktop.org/wiki/Software/systemd/dbus/
#include <fmt/format.h>
#include <poll.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>

#include <algorithm>
#include <cstring>

#include "base/error.hpp"
#include "base/quantity.hpp"
#include "os/interruption.hpp"
#include "service/bus.hpp"
#include "service/manager.hpp"

namespace nutricount::service {
namespace {
constexpr std::uint32_t kRestartsToGiveUp = 3;

class SystemdManager : public Manager {
 public:
  explicit SystemdManager(std::vector<std::string> units) : units_(std::move(units)) {}

  [[nodiscard]] std::string name() const override { return "systemd"; }

  [[nodiscard]] std::vector<UnitState> states() const override {
    std::vector<UnitState> states;
    for (const auto& unit : units_) states.push_back(state_of(unit));
    return states;
  }

  void stop(const Deadline& deadline) override {
    for (auto unit = units_.rbegin(); unit != units_.rend(); ++unit) {
      const std::string result = bus_.run_job("StopUnit", *unit, deadline);
      if (result != "done" && result != "skipped") throw failed("stop", *unit, result);
    }
  }

  void start(const Deadline& deadline) override {
    for (const auto& unit : units_) {
      bus_.reset_failed(unit);  // an earlier version's start limit must not hold up this one
      const std::string result = bus_.run_job("StartUnit", unit, deadline);
      if (result != "done" && result != "skipped") throw failed("start", unit, result);
    }
  }

  [[nodiscard]] std::vector<std::string> last_lines(std::size_t count,
                                                    Timestamp since) const override {
    sd_journal* opened = nullptr;
    if (sd_journal_open(&opened, SD_JOURNAL_LOCAL_ONLY) < 0) return {};
    const std::unique_ptr<sd_journal, decltype(&sd_journal_close)> journal(opened,
                                                                           sd_journal_close);
    for (const auto& unit : units_) {
      const std::string match = "_SYSTEMD_UNIT=" + unit;
      sd_journal_add_match(opened, match.data(), match.size());
    }
    std::vector<std::string> lines;
    sd_journal_seek_tail(opened);
    while (lines.size() < count && sd_journal_previous(opened) > 0) {
      std::uint64_t at = 0;
      if (sd_journal_get_realtime_usec(opened, &at) < 0) break;
      if (Timestamp(Milliseconds(at / 1000)) < since) break;
      const void* data = nullptr;
      std::size_t length = 0;
      if (sd_journal_get_data(opened, "MESSAGE", &data, &length) < 0) continue;
      constexpr std::size_t kPrefix = sizeof("MESSAGE=") - 1;
      lines.emplace_back(static_cast<const char*>(data) + kPrefix, length - kPrefix);
    }
    std::reverse(lines.begin(), lines.end());
    return lines;
  }

 private:
  [[nodiscard]] UnitState state_of(const std::string& unit) const {
    UnitState state{.unit = unit};
    const std::string path = bus_.unit_path(unit);
    state.exists = bus_.text(path, kUnitInterface, "LoadState") != "not-found";
    state.active = bus_.text(path, kUnitInterface, "ActiveState");
    state.sub = bus_.text(path, kUnitInterface, "SubState");
    if (unit.ends_with(".service")) {
      state.main_pid = static_cast<pid_t>(bus_.number(path, kServiceInterface, "MainPID", 'u'));
      state.restarts =
          static_cast<std::uint32_t>(bus_.number(path, kServiceInterface, "NRestarts", 'u'));
      const auto started = bus_.number(path, kServiceInterface, "ExecMainStartTimestamp", 't');
      if (started > 0) state.since = Timestamp(Milliseconds(started / 1000));
    }
    if (state.active == "failed") {
      state.gave_up = true;
      state.reason = unit.ends_with(".service")
                         ? "failed: " + bus_.text(path, kServiceInterface, "Result")
                         : "failed";
    } else if (state.restarts >= kRestartsToGiveUp) {
      state.gave_up = true;
      state.reason = fmt::format("was restarted {} times", state.restarts);
    }
    return state;
  }

  static Error failed(const char* verb, const std::string& unit, const std::string& result) {
    return Error(fmt::format("cannot {} {}: the job ended with \"{}\"", verb, unit, result),
                 fmt::format("see systemctl status {0} and journalctl -u {0}", unit));
  }

  std::vector<std::string> units_;
  mutable Bus bus_;
};
}  // namespace

std::unique_ptr<Manager> make_systemd_manager(std::vector<std::string> units) {
  return std::make_unique<SystemdManager>(std::move(units));
}

bool systemd_runs() { return sd_booted() > 0; }

}  // namespace nutricount::service
