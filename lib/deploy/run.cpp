#include "deploy/run.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "base/quantity.hpp"
#include "deploy/colour.hpp"
#include "deploy/health.hpp"
#include "os/interruption.hpp"

namespace nutricount::deploy {
namespace {
constexpr std::size_t kLines = 8;
constexpr Milliseconds kFirstPause{20};
constexpr Milliseconds kLongestPause{500};

std::vector<std::string> last_lines(const std::string& output) {
  std::vector<std::string> lines;
  std::istringstream stream(output);
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty()) lines.push_back(line);
  }
  if (lines.size() > kLines) lines.erase(lines.begin(), lines.end() - kLines);
  return lines;
}

/// Why asking further is pointless; empty while it is not.
std::string gave_up(const service::Manager& manager) {
  for (const auto& state : manager.states()) {
    if (state.gave_up) return fmt::format("{} {}", state.unit, state.reason);
  }
  return {};
}

/// Whether a request that waits waits for nothing.
bool is_pointless(const service::Manager& manager) {
  os::throw_if_interrupted();
  return !gave_up(manager).empty();
}

/// A process from before the switch that still answers; empty where there is none.
std::string outlived(const Run& run, const service::Manager& manager) {
  constexpr Milliseconds kClockGrain{20};  // start times are kept in clock ticks
  for (const auto& state : manager.states()) {
    if (state.main_pid > 0 && state.since && *state.since + kClockGrain < run.switched) {
      return fmt::format("{} still runs the process from before the switch (pid {})", state.unit,
                         state.main_pid);
    }
  }
  return {};
}
}  // namespace

service::Manager& Run::starts() {
  if (!plan.route) return *site.manager;
  if (!beside) beside = manager_of(site.settings, site.owner, plan.route->to);
  return *beside;
}

config::Health Run::asks() const { return health_of(site.settings, plan.colour_after()); }

std::filesystem::path Run::tree() const { return tree_of(site.settings, plan.colour_after()); }

bool Run::has_begun(std::string_view step) const {
  return std::find(begun.begin(), begun.end(), step) != begun.end();
}

os::Bounds Run::bounds() const {
  return {.owner = site.owner,
          .deadline = deadline,
          .on_start = [this](const os::ProcessId& process) { site.journal.command(process); }};
}

void require_success(const os::Command& command, const os::Bounds& bounds) {
  const auto result = os::run(command, bounds);
  if (result.ok()) return;
  throw CommandFailed(
      fmt::format("{} ended with status {}", fmt::join(command.argv, " "), result.exit_status),
      "its last lines are shown above", last_lines(result.output));
}

void run_command(Run& run, const std::vector<std::string>& argv,
                 const std::filesystem::path& directory, const std::filesystem::path& environment) {
  os::Command command{.argv = argv, .directory = directory};
  if (!environment.empty()) {
    const char* path = std::getenv("PATH");
    command.environment = {
        {"VIRTUAL_ENV", environment.string()},
        {"PATH", fmt::format("{}:{}", (environment / "bin").string(),
                             path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin")}};
  }
  command.environment["PYTHONUNBUFFERED"] = "1";
  command.environment["PIP_DISABLE_PIP_VERSION_CHECK"] = "1";
  command.on_line = [&](std::string_view) { run.observer.step_progress({}); };
  require_success(command, run.bounds());
}

void stop_application(service::Manager& manager, Observer& observer, const Deadline& deadline) {
  const std::string note = manager.stop(deadline);
  if (!note.empty()) observer.note(note);
}

HealthSeen await_health(Run& run, const config::Health& settings, const service::Manager& manager,
                        const Deadline& deadline) {
  const Stopwatch watch;
  HealthSeen seen;
  Milliseconds pause = kFirstPause;
  int in_a_row = 0;
  while (in_a_row < settings.successes) {
    if (seen.attempts > 0) os::pause_for(in_a_row > 0 ? kFirstPause : pause);
    ++seen.attempts;
    const bool cut_short = deadline.left().value_or(settings.timeout) < settings.timeout;
    const auto asked = ask_application(
        settings, deadline.within(settings.timeout).left().value_or(settings.timeout),
        [&] { return is_pointless(manager); });
    // An attempt that the deadline cut short says less than the one before.
    if (asked.status != 0 || !cut_short || seen.reason.empty()) {
      seen.status = asked.status;
      seen.reason = asked.reason;
    }
    in_a_row = asked.healthy ? in_a_row + 1 : 0;
    if (in_a_row == 1) {
      seen.reason = outlived(run, manager);
      if (!seen.reason.empty()) break;
      if (run.down) run.downtime = run.down->seconds();
      run.down.reset();
    }
    if (in_a_row > 0) continue;
    if (const auto ended = gave_up(manager); !ended.empty()) {
      seen.reason = ended;
      seen.ended = true;
      break;
    }
    if (deadline.passed()) {
      seen.reason += fmt::format(" for {}", format_seconds(watch.seconds()));
      break;
    }
    if (watch.seconds() > 1) pause = std::min(pause * 3 / 2, kLongestPause);
  }
  seen.healthy = in_a_row >= settings.successes;
  seen.seconds = watch.seconds();
  return seen;
}

}  // namespace nutricount::deploy
