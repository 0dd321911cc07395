#include "deploy/update.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/quantity.hpp"
#include "deploy/backup.hpp"
#include "deploy/clone.hpp"
#include "deploy/executor.hpp"
#include "deploy/housekeeping.hpp"
#include "deploy/planner.hpp"
#include "deploy/preflight.hpp"
#include "deploy/recovery.hpp"
#include "os/file.hpp"
#include "os/interruption.hpp"

namespace nutricount::deploy {
namespace {
git::Comparison fetch(Site& site, const UpdateRequest& request, const Deadline& deadline,
                      Observer& observer, std::vector<StepResult>& results) {
  observer.step_started(site.installed ? "fetch" : "clone");
  const Stopwatch watch;
  const auto on_transfer = [&](const git::Transfer& transfer) {
    observer.step_progress({transfer.objects, transfer.total_objects, "objects", transfer.bytes});
  };
  const git::Wanted what = wanted(request, site.settings);
  if (!site.installed) {
    site.repository = git::Repository::clone(clone_path(site.directory()), site.owner, site.remote,
                                             deadline, on_transfer);
  }
  auto comparison = site.installed ? site.repository.fetch(site.remote, what, deadline, on_transfer)
                                   : site.repository.compare(site.remote, what, deadline);
  if (!site.installed && comparison.to.id != comparison.from.id) {
    site.repository.reset_hard(comparison.to.id, deadline);
  }
  StepResult result{.name = site.installed ? "fetch" : "clone", .seconds = watch.seconds()};
  result.detail = fmt::format("{}, {}", format_bytes(comparison.transfer.bytes),
                              count_of(comparison.transfer.objects, "object"));
  observer.step_finished(result);
  results.push_back(std::move(result));
  return comparison;
}

Outcome not_needed(const Decision& decision, const UpdateRequest& request) {
  Outcome outcome = outcome_of(decision.plan);
  outcome.result = decision.nothing->result;
  outcome.trigger = request.trigger;
  outcome.error = decision.nothing->reason;
  outcome.exit_status = outcome.result == Result::kBlocked ? ExitStatus::kNo : ExitStatus::kDone;
  return outcome;
}

Outcome back_up_only(Site& site, const UpdateRequest& request, const Deadline& deadline,
                     Observer& observer) {
  Outcome outcome;
  outcome.started = now();
  outcome.trigger = request.trigger;
  const auto head = site.repository.head(deadline);
  const auto made = make_backup(site, {}, deadline, observer);
  outcome.backup = made.id;
  outcome.from = outcome.to = {head.id, head.subject, head.author};
  outcome.result = Result::kBackedUp;
  outcome.exit_status = ExitStatus::kDone;
  outcome.seconds = made.seconds;
  prune(site, observer);
  return outcome;
}

Outcome dry_run(Site& site, const UpdateRequest& request, const Deadline& deadline,
                Observer& observer) {
  const auto interrupted = site.journal.load();
  std::vector<StepResult> results;
  Decision decision;
  if (site.installed) {
    decision = decide(site, request, fetch(site, request, deadline, observer, results));
  } else {
    decision.plan.first = true;
    decision.plan.directory = site.directory();
    decision.plan.database_command = site.settings.database.command;
  }
  if (decision.nothing) return not_needed(decision, request);
  if (interrupted) decision.plan.settles.push_back(interrupted->plan.deployment);
  observer.planned(decision.plan);
  Outcome outcome = outcome_of(decision.plan);
  outcome.result = Result::kPlanned;
  outcome.trigger = request.trigger;
  outcome.exit_status = ExitStatus::kDone;
  outcome.deployment.clear();
  return outcome;
}

Outcome deploy(Site& site, const UpdateRequest& request, const Deadline& deadline,
               Observer& observer, const Lock& lock) {
  std::vector<StepResult> results;
  const auto comparison = fetch(site, request, deadline, observer, results);
  const Decision decision = decide(site, request, comparison);
  if (decision.nothing) return not_needed(decision, request);
  observer.planned(decision.plan);
  if (site.installed) protect_commits(site, decision.plan, deadline);
  os::throw_if_interrupted();
  site.journal.begin(decision.plan);
  Run run{.site = site,
          .plan = decision.plan,
          .observer = observer,
          .deadline = deadline,
          .results = std::move(results)};
  Outcome outcome = execute(run, request.no_rollback, lock);
  if (outcome.result == Result::kUpdated) {
    site.installed = true;
    prune(site, observer);
  }
  return outcome;
}

/// The lock is held: settles what was interrupted, then does what was asked for.
Outcome locked(Site& site, const UpdateRequest& request, const Deadline& deadline,
               Observer& observer, const Lock& lock) {
  if (const auto settled = settle(site, observer, lock)) {
    if (settled->exit_status == ExitStatus::kHandsNeeded) return *settled;
    site.installed = os::look_at(site.directory()).has_value();
  }
  if (site.installed) clear_git_locks(site, observer);
  sweep(site, site.history.recent());
  lock.at("fetch");
  if (!request.backup_only) return deploy(site, request, deadline, observer, lock);
  if (!site.installed) {
    throw usage_error(
        fmt::format("{} does not exist: there is nothing to back up", site.directory().string()),
        "set app.directory");
  }
  return back_up_only(site, request, deadline, observer);
}
}  // namespace

Outcome update(const UpdateRequest& request, const config::Settings& settings, Observer& observer) {
  const Stopwatch watch;
  Site site = open_site(settings);
  Outcome outcome;
  // A dry run makes no lock: where there is none, no deployment was ever under way.
  if (request.dry_run && !os::look_at(settings.state.directory / "lock")) {
    outcome = dry_run(site, request, Deadline(settings.update.timeout), observer);
  } else {
    const Lock lock = Lock::take(settings, "update", request.wait);
    const Deadline deadline(settings.update.timeout);
    outcome = request.dry_run ? dry_run(site, request, deadline, observer)
                              : locked(site, request, deadline, observer, lock);
  }
  if (outcome.seconds == 0) outcome.seconds = watch.seconds();
  observer.ended(outcome);
  return outcome;
}

}  // namespace nutricount::deploy
