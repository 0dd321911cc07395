// The application's stop, start and first answers.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/quantity.hpp"
#include "deploy/colour.hpp"
#include "deploy/step.hpp"

namespace nutricount::deploy {
namespace {
constexpr std::size_t kLines = 8;

std::string units(const service::Manager& manager) {
  std::vector<std::string> names;
  for (const auto& state : manager.states()) names.push_back(state.unit);
  return fmt::format("{}", fmt::join(names, ", "));
}

// Says why in the application's own words, where it left any.
[[noreturn]] void refuse(const Run& run, const service::Manager& manager, const HealthSeen& seen) {
  const auto lines = manager.last_lines(kLines, run.switched);
  const std::string hint = "look at its log: " + manager.log();
  if (lines.empty()) throw Error(seen.reason, hint);
  throw CommandFailed(seen.reason, hint, lines);
}

class Stop : public Step {
 public:
  [[nodiscard]] std::string_view name() const override { return "stop"; }

  std::string apply(Run& run) override {
    run.down.emplace();
    run.site.gate.close();
    stop_application(*run.site.manager, run.observer, run.deadline);
    return units(*run.site.manager);
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
    const auto settings = health_of(run.site.settings, run.plan.colour_before());
    HealthSeen seen = await_health(run, settings, *run.site.manager, Deadline(settings.deadline));
    if (seen.ended) {  // it was healthy before: something may have killed it, once
      run.site.manager->start(Deadline(kStopLimit));
      seen = await_health(run, settings, *run.site.manager, Deadline(settings.deadline));
    }
    run.is_ill_again = !seen.healthy;
    if (!seen.healthy) refuse(run, *run.site.manager, seen);
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
    if (run.plan.route) admit(run.site.settings, run.plan.route->to);
    run.starts().start(run.deadline);
    return units(run.starts());
  }

  std::string undo(Run& run) override {
    if (!run.plan.route && run.starts_by_itself) return {};
    if (!run.plan.route) close_gate(run);
    stop_application(run.starts(), run.observer, Deadline(kStopLimit));
    dismiss(run.site.settings, run.plan.colour_after());
    return "stopped";
  }

 private:
  static void close_gate(Run& run) {
    try {
      run.site.gate.close();
    } catch (const Error& error) {  // on a disk that is read-only by now the old version goes on
      run.observer.note(error.what());
    }
  }
};

class CheckHealth : public Step {
 public:
  [[nodiscard]] std::string_view name() const override { return "health"; }
  [[nodiscard]] bool has_undo() const override { return false; }
  [[nodiscard]] std::string blame() const override { return "unhealthy"; }

  std::string apply(Run& run) override {
    const auto settings = run.asks();
    run.health = await_health(run, settings, run.starts(), run.deadline.within(settings.deadline));
    if (!run.health->healthy) refuse(run, run.starts(), *run.health);
    return fmt::format("{} healthy, {} in a row", run.health->status, settings.successes);
  }
};
}  // namespace

std::unique_ptr<Step> make_stop() { return std::make_unique<Stop>(); }
std::unique_ptr<Step> make_start() { return std::make_unique<Start>(); }
std::unique_ptr<Step> make_health() { return std::make_unique<CheckHealth>(); }

}  // namespace nutricount::deploy
