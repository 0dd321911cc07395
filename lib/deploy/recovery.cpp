#include "deploy/recovery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <nlohmann/json.hpp>

#include "base/quantity.hpp"
#include "deploy/colour.hpp"
#include "deploy/executor.hpp"
#include "deploy/history.hpp"
#include "os/interruption.hpp"

namespace nutricount::deploy {
namespace {
bool has(const std::vector<std::string>& steps, std::string_view step) {
  return std::find(steps.begin(), steps.end(), step) != steps.end();
}

/// A command that outlived its deployer must not write on while things are put back.
void end_command(const os::ProcessId& command) {
  constexpr Milliseconds kGone{5000};
  os::signal_group(command, SIGKILL);
  static_cast<void>(os::wait_for_end(command, Deadline(kGone)));
}

// Its health check had passed: what was left to do is its entry in the history.
Outcome complete(Site& site, Observer& observer, const JournalState& journal) {
  retire(site, journal.plan, observer);
  observer.note(fmt::format("{} was healthy when its deployment was interrupted: completed",
                            brief(journal.plan.to.id)));
  const auto deployments = site.history.recent();
  const bool written = std::any_of(deployments.begin(), deployments.end(), [&](const auto& one) {
    return one.id == journal.plan.deployment;
  });
  if (!written) site.history.append(*journal.committed);
  site.journal.remove();
  Outcome outcome = outcome_of(journal.plan);
  outcome.result = result_of(journal.plan.kind);
  outcome.exit_status = ExitStatus::kDone;
  return outcome;
}

/// What was put back after all, on a disk that took no record of it any more, is not completed.
bool is_deployed(const Site& site, const JournalState& journal) {
  return site.repository.head(Deadline()).id == journal.plan.to.id;
}

// It would be ended here, and this with it, before it ever ran: the one that stays settles it.
void refuse_from_within(const Site& site, const JournalState& journal) {
  const Route& route = *journal.plan.route;
  const Colour& goes = journal.committed ? route.from : route.to;
  if (goes.empty() || !service::runs_in({unit_of(site.settings, goes)})) return;
  throw Error(fmt::format("a deployment was interrupted, and {} is the one that goes", goes),
              fmt::format("settle it: nutricount-deploy rollback --resume, or start {}",
                          journal.committed ? route.to : route.from),
              ExitStatus::kLocked);
}

UndoRecord interrupted_at(const JournalState& journal) {
  if (journal.undo) return *journal.undo;
  const std::string step = journal.begun.empty() ? "begin" : journal.begun.back();
  return {{fmt::format("the deployment was killed, or the power failed, in \"{}\"", step),
           fmt::format("run the {} again", name_of(journal.plan.kind))},
          step,
          "",
          static_cast<int>(ExitStatus::kNo)};
}

Outcome take_back(Site& site, Observer& observer, const JournalState& journal, SettledFrom from) {
  const Plan& plan = journal.plan;
  const UndoRecord why = interrupted_at(journal);
  observer.note(fmt::format("deployment {} was interrupted in \"{}\": putting {} back",
                            plan.deployment, why.step,
                            plan.first ? "everything" : brief(plan.from.id)));
  // A boot, or a restart by systemd, may have brought it up on half-deployed code. Once its stop
  // was undone it runs as before, and nothing would start it again.
  const auto& begun = journal.begun;
  const bool is_stopped = has(begun, "stop") && !has(journal.undone, "stop");
  if (is_stopped && from == SettledFrom::kCommand) {
    const os::Hold hold;
    site.gate.close();
    stop_application(*site.manager, observer, Deadline(kStopLimit));
  }
  Run run{.site = site,
          .plan = plan,
          .observer = observer,
          .starts_by_itself = from == SettledFrom::kUnit,
          .begun = begun,
          .undone = journal.undone};
  Outcome outcome = put_back(run, why);
  if (outcome.exit_status != ExitStatus::kHandsNeeded) outcome.exit_status = ExitStatus::kNo;
  conclude(run, outcome);
  site.gate.open();
  return outcome;
}
}  // namespace

std::optional<Outcome> settle(Site& site, Observer& observer, const Lock& lock, SettledFrom from) {
  const auto journal = site.journal.load();
  if (!journal) {
    site.journal.remove();  // one that was torn before it said anything
    return std::nullopt;
  }
  const Plan& plan = journal->plan;
  if (plan.directory != site.directory()) {
    throw usage_error(fmt::format("a deployment of {} was interrupted, and app.directory is {}",
                                  plan.directory.string(), site.directory().string()),
                      "give each application a state.directory of its own");
  }
  lock.at("settle");
  if (plan.route) {
    refuse_from_within(site, *journal);
    site.manager = manager_of(site.settings, site.owner, plan.route->from);
  }
  if (journal->command) end_command(*journal->command);
  return journal->committed && is_deployed(site, *journal)
             ? complete(site, observer, *journal)
             : take_back(site, observer, *journal, from);
}

std::optional<Outcome> resume(const config::Settings& settings, Milliseconds wait,
                              Observer& observer) {
  constexpr Milliseconds kRetry{50};
  Site site = site_of(settings);
  const auto from =
      service::runs_in(all_units(settings)) ? SettledFrom::kUnit : SettledFrom::kCommand;
  const Deadline deadline(wait);
  while (true) {
    if (const auto lock = Lock::try_take(settings, "resume")) {
      return settle(site, observer, *lock, from);
    }
    const std::string holder = holder_in(settings.state.directory / "lock");
    if (!site.gate.is_closed()) {
      observer.note(holder + ": it is left alone");
      return std::nullopt;
    }
    if (deadline.passed()) {
      throw Error(holder, fmt::format("it did not end within {}", format_duration(wait)),
                  ExitStatus::kLocked);
    }
    os::pause_for(kRetry);
  }
}

}  // namespace nutricount::deploy
