// The application's stop, start and first answers.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/quantity.hpp"
#include "deploy/step.hpp"

namespace nutricount::deploy {
namespace {
constexpr Milliseconds kStopLimit{120'000};
constexpr std::size_t kLines = 8;

std::string units(const Run& run) {
  return fmt::format("{}", fmt::join(run.site.settings.app.units, ", "));
}

// Says why in the application's own words, where it left any.
[[noreturn]] void refuse(const Run& run, const HealthSeen& seen) {
  const auto lines = run.site.manager->last_lines(kLines, run.switched);
  const std::string hint =
      run.site.manager->name() == "systemd"
          ? "look at its log: journalctl -u " + run.site.settings.app.units.front()
          : "look at its log: " + (run.site.settings.state.directory / "app.log").string();
  if (lines.empty()) throw Error(seen.reason, hint);
  throw CommandFailed(seen.reason, hint, lines);
}

class Stop : public Step {
 public:
  [[nodiscard]] std::string_view name() const override { return "stop"; }

  std::string apply(Run& run) override {
    run.down.emplace();
    run.site.gate.close();
    stop_application(run.site, run.observer, run.deadline);
    return units(run);
  }

  // The last step back: everything else is as it was.
  std::string undo(Run& run) override {
    run.site.gate.open();
    if (run.starts_by_itself) return "its unit starts it now";
    if (!run.plan.was_active) return "not started: it did not run before";
    // A stop that was interrupted before it began left the process running: the very same may stay,
    // so no new `switched` here. One that drains is waited for by start().
    run.site.manager->start(Deadline(kStopLimit));
    if (!run.plan.was_healthy) return "started";
    const auto& settings = run.site.settings.health;
    HealthSeen seen = await_health(run, Deadline(settings.deadline));
    if (seen.ended) {  // it was healthy before: something may have killed it, once
      run.site.manager->start(Deadline(kStopLimit));
      seen = await_health(run, Deadline(settings.deadline));
    }
    run.is_ill_again = !seen.healthy;
    if (!seen.healthy) refuse(run, seen);
    return "started, healthy";
  }
};

class Start : public Step {
 public:
  [[nodiscard]] std::string_view name() const override { return "start"; }
  [[nodiscard]] std::string blame() const override { return "does not start"; }

  std::string apply(Run& run) override {
    run.switched = now();
    run.site.gate.open();
    run.site.manager->start(run.deadline);
    return units(run);
  }

  std::string undo(Run& run) override {
    if (run.starts_by_itself) return {};
    try {
      run.site.gate.close();
    } catch (const Error& error) {  // on a disk that is read-only by now the old version goes on
      run.observer.note(error.what());
    }
    stop_application(run.site, run.observer, Deadline(kStopLimit));
    return "stopped";
  }
};

class CheckHealth : public Step {
 public:
  [[nodiscard]] std::string_view name() const override { return "health"; }
  [[nodiscard]] bool has_undo() const override { return false; }
  [[nodiscard]] std::string blame() const override { return "unhealthy"; }

  std::string apply(Run& run) override {
    const auto& settings = run.site.settings.health;
    run.health = await_health(run, run.deadline.within(settings.deadline));
    if (!run.health->healthy) refuse(run, *run.health);
    return fmt::format("{} healthy, {} in a row", run.health->status, settings.successes);
  }
};
}  // namespace

std::unique_ptr<Step> make_stop() { return std::make_unique<Stop>(); }
std::unique_ptr<Step> make_start() { return std::make_unique<Start>(); }
std::unique_ptr<Step> make_health() { return std::make_unique<CheckHealth>(); }

}  // namespace nutricount::deploy
