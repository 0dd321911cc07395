#include "deploy/rollback.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "deploy/executor.hpp"
#include "deploy/housekeeping.hpp"
#include "deploy/preflight.hpp"
#include "deploy/recovery.hpp"
#include "deploy/rollback_planner.hpp"
#include "os/file.hpp"
#include "os/interruption.hpp"

namespace nutricount::deploy {
namespace {
Outcome already_there(const Site& site, const RollbackRequest& request, const Deadline& deadline) {
  const auto head = site.repository.head(deadline);
  Outcome outcome;
  outcome.kind = Kind::kRollback;
  outcome.result = Result::kUnchanged;
  outcome.exit_status = ExitStatus::kDone;
  outcome.trigger = request.trigger;
  outcome.started = now();
  outcome.from = outcome.to = {head.id, head.subject, head.author};
  outcome.error = Failure{fmt::format("{} is what runs: nothing was changed.", brief(head.id)), ""};
  return outcome;
}

Outcome planned(const Plan& plan) {
  Outcome outcome = outcome_of(plan);
  outcome.result = Result::kPlanned;
  outcome.exit_status = ExitStatus::kDone;
  outcome.deployment.clear();
  return outcome;
}

void confirm(const RollbackRequest& request) {
  if (!request.ask) return;
  const std::string answer = request.ask("Go back? [y/N] ");
  if (answer == "y" || answer == "Y" || answer == "yes") return;
  throw Error("not rolled back: the answer was not \"y\"", "nothing was changed");
}

/// The lock is held, where it is needed, and nothing is in flight.
Outcome go_back(Site& site, const RollbackRequest& request, Observer& observer, const Lock* lock) {
  const Deadline deadline(site.settings.update.timeout);
  const auto point = choose_point(site, request);
  auto plan = plan_rollback(site, request, point, deadline);
  if (!plan) return already_there(site, request, deadline);
  refuse_damaged(site, *plan, observer);
  observer.planned(*plan);
  if (request.dry_run) return planned(*plan);
  if (lock != nullptr) lock->at("confirm");
  confirm(request);
  protect_commits(site, *plan, deadline);
  os::throw_if_interrupted();
  site.journal.begin(*plan);
  // What a person thought about is not taken from the deployment's time.
  Run run{.site = site,
          .plan = *plan,
          .observer = observer,
          .deadline = Deadline(site.settings.update.timeout)};
  Outcome outcome = execute(run, false, *lock);
  if (outcome.exit_status == ExitStatus::kDone) prune(site, observer);
  return outcome;
}

Outcome locked(Site& site, const RollbackRequest& request, Observer& observer, const Lock& lock) {
  if (request.dry_run) {
    if (const auto interrupted = site.journal.load()) {
      throw Error(fmt::format("deployment {} was interrupted", interrupted->plan.deployment),
                  "settle it first: nutricount-deploy rollback --resume");
    }
    return go_back(site, request, observer, nullptr);
  }
  if (const auto settled = settle(site, observer, lock)) {
    if (settled->exit_status == ExitStatus::kHandsNeeded) return *settled;
  }
  clear_git_locks(site, observer);
  sweep(site, site.history.recent());
  return go_back(site, request, observer, &lock);
}
}  // namespace

Outcome rollback(const RollbackRequest& request, const config::Settings& settings,
                 Observer& observer) {
  const Stopwatch watch;
  Site site = open_site(settings);
  if (!site.installed) {
    throw usage_error(
        fmt::format("{} does not exist: there is nothing to go back to", site.directory().string()),
        "set app.directory");
  }
  Outcome outcome;
  // A dry run makes no lock: where there is none, no deployment was ever under way.
  if (request.dry_run && !os::look_at(settings.state.directory / "lock")) {
    outcome = go_back(site, request, observer, nullptr);
  } else {
    const Lock lock = Lock::take(settings, "rollback", request.wait);
    outcome = locked(site, request, observer, lock);
  }
  if (outcome.seconds == 0) outcome.seconds = watch.seconds();
  observer.ended(outcome);
  return outcome;
}

}  // namespace nutricount::deploy
