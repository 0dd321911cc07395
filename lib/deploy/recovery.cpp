#include "deploy/recovery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <nlohmann/json.hpp>

#include "deploy/executor.hpp"
#include "os/interruption.hpp"

namespace nutricount::deploy {
namespace {
constexpr Milliseconds kStopLimit{120'000};

/// A command that outlived its deployer must not write on while things are put back.
void end_command(const os::ProcessId& command) {
  constexpr Milliseconds kGone{5000};
  os::signal_group(command, SIGKILL);
  static_cast<void>(os::wait_for_end(command, Deadline(kGone)));
}

// Its health check had passed: what was left to do is its entry in the history.
Outcome complete(Site& site, Observer& observer, const JournalState& journal) {
  observer.note(fmt::format("{} was healthy when its deployment was interrupted: completed",
                            brief(journal.plan.to.id)));
  const auto deployments = site.history.recent();
  const bool written = std::any_of(deployments.begin(), deployments.end(), [&](const auto& one) {
    return one.id == journal.plan.deployment;
  });
  if (!written) site.history.append(*journal.committed);
  site.journal.remove();
  Outcome outcome = outcome_of(journal.plan);
  outcome.result = Result::kUpdated;
  outcome.exit_status = ExitStatus::kDone;
  return outcome;
}

UndoRecord interrupted_at(const JournalState& journal) {
  if (journal.undo) return *journal.undo;
  const std::string step = journal.begun.empty() ? "begin" : journal.begun.back();
  return {{fmt::format("the deployment was killed, or the power failed, in \"{}\"", step),
           "run the update again"},
          step,
          "",
          static_cast<int>(ExitStatus::kNo)};
}

Outcome take_back(Site& site, Observer& observer, const JournalState& journal) {
  const Plan& plan = journal.plan;
  const UndoRecord why = interrupted_at(journal);
  observer.note(fmt::format("deployment {} was interrupted in \"{}\": putting {} back",
                            plan.deployment, why.step,
                            plan.first ? "everything" : brief(plan.from.id)));
  // A boot, or a restart by systemd, may have brought it up on half-deployed code.
  if (std::find(journal.begun.begin(), journal.begun.end(), "stop") != journal.begun.end()) {
    const os::Hold hold;
    site.manager->stop(Deadline(kStopLimit));
  }
  Run run{.site = site,
          .plan = plan,
          .observer = observer,
          .begun = journal.begun,
          .undone = journal.undone};
  Outcome outcome = put_back(run, why);
  if (outcome.exit_status != ExitStatus::kHandsNeeded) outcome.exit_status = ExitStatus::kNo;
  conclude(run, outcome);
  return outcome;
}
}  // namespace

std::optional<Outcome> settle(Site& site, Observer& observer, const os::FileLock& lock) {
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
  describe(lock, "settle");
  if (journal->command) end_command(*journal->command);
  return journal->committed ? complete(site, observer, *journal)
                            : take_back(site, observer, *journal);
}

}  // namespace nutricount::deploy
