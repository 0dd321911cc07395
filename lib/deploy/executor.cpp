#include "deploy/executor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/secret.hpp"
#include "deploy/colour.hpp"
#include "deploy/data_difference.hpp"
#include "deploy/environment.hpp"
#include "deploy/step.hpp"
#include "os/interruption.hpp"

namespace nutricount::deploy {
namespace {
StepResult result_of(const Step& step, StepStatus status, const Stopwatch& watch,
                     std::string detail, bool undoing) {
  return {std::string(step.name()), status, watch.seconds(), std::move(detail), undoing};
}

void report(Run& run, StepResult result) {
  run.observer.step_finished(result);
  run.results.push_back(std::move(result));
}

// Whatever a library throws is a failure of the step, and the step before must be taken back.
Error as_error(const std::exception& cause, const std::string& prefix = {}) {
  const auto* error = dynamic_cast<const Error*>(&cause);
  if (error == nullptr) return Error(prefix + cause.what(), "run it again with -v");
  return prefix.empty() ? *error : Error(prefix + error->what(), error->hint(), error->status());
}

void apply(Run& run, Step& step, const Lock& lock) {
  run.observer.step_started(step.name());
  lock.at(step.name());
  const Stopwatch watch;
  try {
    if (step.has_undo()) {
      run.begun.emplace_back(step.name());
      run.site.journal.step(step.name());
    }
    os::throw_if_interrupted();
    std::string detail = step.apply(run);
    report(run, result_of(step, StepStatus::kDone, watch, std::move(detail), false));
  } catch (const CommandFailed& error) {
    report(run, result_of(step, StepStatus::kFailed, watch, error.what(), false));
    throw;
  } catch (const std::exception& error) {
    report(run, result_of(step, StepStatus::kFailed, watch, error.what(), false));
    throw as_error(error);
  }
}

UndoRecord undo_record(const Error& error, const Step& step) {
  const bool by_signal = is_interruption(error.status());
  // What is wrong with this machine, such as an address that is taken, says nothing of the version.
  const bool blameless = by_signal || error.status() == ExitStatus::kUsage;
  return {{error.what(), error.hint()},
          std::string(step.name()),
          blameless ? "" : step.blame(),
          static_cast<int>(by_signal ? error.status() : ExitStatus::kNo)};
}

bool was_undone(const Run& run, const Step& step) {
  return std::find(run.undone.begin(), run.undone.end(), step.name()) != run.undone.end();
}

void undo(Run& run, Step& step) {
  const Stopwatch watch;
  try {
    std::string detail = step.undo(run);
    try {
      run.site.journal.undone(step.name());
    } catch (const Error& error) {  // a full disk must not keep the old version down
      run.observer.note(error.what());
    }
    if (detail.empty()) return;
    report(run, result_of(step, StepStatus::kUndone, watch, std::move(detail), true));
  } catch (const std::exception& error) {
    report(run, result_of(step, StepStatus::kFailed, watch, error.what(), true));
    throw as_error(error, fmt::format("cannot undo \"{}\": ", step.name()));
  }
}

// Every step from the last begun one to the first, whether or not it says that it began: those
// without a journal record of their own lie between ones that have.
std::optional<Error> undo_all(Run& run, const Steps& steps) {
  std::size_t last = steps.size();
  while (last > 0 && !run.has_begun(steps[last - 1]->name())) --last;
  try {
    for (std::size_t i = last; i > 0; --i) {
      if (!was_undone(run, *steps[i - 1])) undo(run, *steps[i - 1]);
    }
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

std::vector<std::string> commands_by_hand(const Run& run) {
  const auto& settings = run.site.settings;
  const std::string directory = run.site.directory().string();
  std::vector<std::string> commands;
  if (run.is_unfinished) commands.emplace_back("nutricount-deploy rollback --resume");
  if (!run.plan.from.id.empty()) {
    commands.push_back(fmt::format("git -C {} reset --hard {}", directory, run.plan.from.id));
  }
  if (!run.plan.first) {
    commands.push_back(fmt::format("ls -d {}/*.backup.{} {}/*.replaced.{}", directory,
                                   run.plan.deployment, directory, run.plan.deployment));
  }
  for (const auto& unit : units_of(settings, run.plan.colour_before())) {
    if (run.site.manager->name() == "systemd") {
      commands.push_back(fmt::format("systemctl restart {0}; systemctl status {0}", unit));
    }
  }
  commands.push_back(fmt::format("curl -i {}", redact_url(settings.health.url)));
  return commands;
}

void drop_needless_backup(Run& run) {
  if (run.plan.first || run.data_put_back) return;
  const auto& store = run.site.store;
  const auto try_to = [&run](const auto& work) {
    try {
      work();
    } catch (const std::exception& error) {
      run.observer.note(
          fmt::format("the backup {} could not be removed: {}", run.plan.deployment, error.what()));
    }
  };
  try_to([&] {
    // One that took the place of an older one is left for the next: failures evict nothing more.
    const bool full =
        !store.expiring(static_cast<std::size_t>(run.site.settings.backup.keep) - 1, {}).empty();
    if (full) {
      store.recycle(run.plan.deployment);
    } else {
      store.remove(run.plan.deployment);
    }
  });
  try_to([&] { store.sweep(); });  // also what a removal that failed has left
}

Outcome left_as_it_is(Run& run, const UndoRecord& why) {
  Outcome outcome = outcome_of(run.plan);
  outcome.error = why.failure;
  outcome.bad_reason = why.bad_reason;
  outcome.exit_status = ExitStatus::kHandsNeeded;
  outcome.hands = commands_by_hand(run);
  return outcome;
}

/// Why the commit that a rollback leaves is marked bad; empty: it does not leave it.
std::string left_for_bad(const Plan& plan) {
  if (plan.kind != Kind::kRollback || plan.from.id == plan.to.id) return {};
  if (plan.trigger == model::kProbation) return plan.reason;
  return "rolled back by hand" + (plan.reason.empty() ? "" : ": " + plan.reason);
}

Outcome commit(Run& run) {
  Outcome outcome = outcome_of(run.plan);
  outcome.result = result_of(run.plan.kind);
  outcome.exit_status = ExitStatus::kDone;
  outcome.set_aside = run.set_aside;
  outcome.bad_reason = left_for_bad(run.plan);
  outcome.backup = run.plan.first ? "" : run.plan.deployment;
  outcome.health = run.health;
  outcome.downtime_seconds = run.downtime;
  const auto& name = run.site.settings.python.environment;
  if (!name.empty()) {
    outcome.environment = environment_in_use(run.site.directory(), name);
    outcome.previous_environment =
        run.plan.environment ? run.plan.environment->before : outcome.environment;
  }
  outcome.steps = run.results;
  outcome.seconds = std::chrono::duration<double>(now() - run.plan.started).count();
  // From here on recovery completes the deployment instead of undoing it.
  run.site.journal.committed(to_json(outcome));
  return outcome;
}
}  // namespace

Result result_of(Kind kind) {
  return kind == Kind::kRollback ? Result::kRolledBack : Result::kUpdated;
}

Outcome outcome_of(const Plan& plan) {
  Outcome outcome;
  outcome.kind = plan.kind;
  outcome.reason = plan.reason;
  outcome.deployment = plan.deployment;
  outcome.trigger = plan.trigger;
  outcome.delivery = plan.delivery;
  outcome.started = plan.started;
  outcome.from = plan.from;
  outcome.to = plan.to;
  return outcome;
}

void conclude(Run& run, const Outcome& outcome) {
  if (run.is_unfinished) return;  // it is in flight still
  try {
    run.site.history.append(to_json(outcome));
    run.site.journal.remove();
  } catch (const Error& error) {
    run.observer.note(fmt::format("the deployment is over, but could not be written down: {}; {}",
                                  error.what(), error.hint()));
  }
}

Outcome put_back(Run& run, const UndoRecord& why) {
  const os::Hold hold;  // a second Ctrl-C must not stop this
  const Steps steps = steps_of(run.plan);
  const auto failure = undo_all(run, steps);
  Outcome outcome = outcome_of(run.plan);
  outcome.steps = run.results;
  outcome.health = run.health;
  outcome.downtime_seconds = run.downtime;
  outcome.set_aside = run.set_aside;
  outcome.bad_reason = why.bad_reason;
  outcome.error = why.failure;
  if (failure) {
    run.is_unfinished = !run.is_ill_again;
    outcome.result = Result::kFailed;
    outcome.exit_status = ExitStatus::kHandsNeeded;
    outcome.error =
        Failure{fmt::format("{}; then {}", why.failure.message, failure->what()), failure->hint()};
    outcome.hands = commands_by_hand(run);
  } else {
    const bool touched = run.has_begun("stop") || run.has_begun("start");
    const bool update = run.plan.kind == Kind::kUpdate;
    outcome.result = touched && update ? Result::kRolledBack : Result::kFailed;
    outcome.exit_status = static_cast<ExitStatus>(why.exit_status);
    if (!update && !why.bad_reason.empty() && !run.plan.was_healthy) {
      // Neither version is healthy: what is back is what the operator wanted to leave.
      outcome.exit_status = ExitStatus::kHandsNeeded;
      outcome.hands = commands_by_hand(run);
    }
    drop_needless_backup(run);
    if (run.data_put_back) outcome.backup = run.plan.deployment;
  }
  outcome.seconds = std::chrono::duration<double>(now() - run.plan.started).count();
  return outcome;
}

Outcome execute(Run& run, bool no_rollback, const Lock& lock) {
  const Steps steps = steps_of(run.plan);
  std::vector<std::string> lines;
  Step* current = nullptr;
  try {
    for (const auto& step : steps) {
      current = step.get();
      apply(run, *current, lock);
    }
    Outcome outcome = commit(run);
    retire(run.site, run.plan, run.observer);
    // Counted only now: until the commit a kill would give up what is written meanwhile.
    if (run.plan.data) outcome.rows_aside = rows_aside(run);
    conclude(run, outcome);
    return outcome;
  } catch (const std::exception& cause) {
    const Error error = as_error(cause);
    if (const auto* failed = dynamic_cast<const CommandFailed*>(&cause)) lines = failed->lines();
    const UndoRecord why = undo_record(error, *current);
    try {
      run.site.journal.undo(why);
    } catch (const Error&) {  // a full disk: recovery would blame nobody, and undo all the same
    }
    lock.at("undo");
    const bool keep = no_rollback && !is_interruption(error.status());
    Outcome outcome = keep ? left_as_it_is(run, why) : put_back(run, why);
    outcome.last_lines = lines;
    outcome.steps = run.results;
    conclude(run, outcome);
    run.site.gate.open();
    return outcome;
  }
}

}  // namespace nutricount::deploy
