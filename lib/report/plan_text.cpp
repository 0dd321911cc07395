#include "report/plan_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/quantity.hpp"
#include "report/rollback_text.hpp"

namespace nutricount::report {
using deploy::brief;
using deploy::Outcome;
using deploy::Plan;
using deploy::Result;
namespace {
using Lines = std::vector<std::string>;

Lines updated(const Outcome& outcome) {
  if (outcome.from.id.empty()) {
    return {fmt::format("Deployed {} for the first time in {}.", brief(outcome.to.id),
                        format_seconds(outcome.seconds))};
  }
  Lines lines{fmt::format("Updated to {} in {}.{}", brief(outcome.to.id),
                          format_seconds(outcome.seconds), down_for(outcome))};
  if (!outcome.backup.empty()) {
    lines.push_back(fmt::format("  The data of before is in backup {}.", outcome.backup));
  }
  return lines;
}

std::string data_words(const Outcome& outcome) {
  if (outcome.set_aside.empty()) return "no data was touched";
  return fmt::format("the data of before is back; what the new version wrote is in {}",
                     fmt::join(outcome.set_aside, ", "));
}

Lines rolled_back(const Outcome& outcome) {
  const std::string why = outcome.error ? outcome.error->message : "";
  if (outcome.from.id.empty()) {
    return {fmt::format("Not deployed: {}. Everything it made was removed again.", why)};
  }
  Lines lines{fmt::format("Not updated: {}: {}. {} is back, {}.{}", brief(outcome.to.id), why,
                          brief(outcome.from.id), data_words(outcome), down_for(outcome))};
  if (!outcome.bad_reason.empty()) {
    lines.push_back(
        fmt::format("  {} is marked bad; a newer commit deploys as usual.", brief(outcome.to.id)));
    lines.push_back("  Try it again anyway: nutricount-deploy update --force");
  }
  return lines;
}

Lines failed(const Outcome& outcome) {
  const std::string why = outcome.error ? outcome.error->message : "";
  if (outcome.exit_status != ExitStatus::kHandsNeeded) {
    Lines lines{fmt::format("Not updated: {}.", why)};
    if (!outcome.from.id.empty()) {
      lines.push_back(fmt::format("  The application was not touched and still serves {}.",
                                  brief(outcome.from.id)));
    }
    return lines;
  }
  Lines lines{fmt::format("Hands needed: {}.", why), "  Run, and read what they say:"};
  for (const auto& command : outcome.hands) lines.push_back("    " + command);
  return lines;
}

std::string stop_effect(const Plan& plan) {
  return fmt::format("Would stop:             {}",
                     plan.usual_downtime
                         ? fmt::format("the application, about {}, from the last updates",
                                       format_seconds(*plan.usual_downtime))
                         : "the application");
}

std::string route_effect(const deploy::Route& route) {
  const std::string beside = route.from.empty() ? "what runs now" : route.from;
  return fmt::format("Would start:            {} beside {}, then nginx asks {}", route.to, beside,
                     route.to);
}

std::string data_effect(const Plan& plan) {
  return fmt::format("Would back up:          {}; free {}", format_bytes(plan.data_bytes),
                     format_bytes(plan.free_bytes));
}
}  // namespace

std::string down_for(const Outcome& outcome) {
  if (!outcome.downtime_seconds) return {};
  return fmt::format(" Down for {}.", format_seconds(*outcome.downtime_seconds));
}

Lines heading(const Plan& plan, const Options& options) {
  constexpr std::size_t kShown = 5;
  if (plan.kind == deploy::Kind::kRollback) return rollback_heading(plan);
  if (plan.first) {
    return {fmt::format("{}  {} → {}   first deployment", options.app_name, options.branch,
                        plan.to.id.empty() ? "its newest commit" : brief(plan.to.id))};
  }
  Lines lines{fmt::format("{}  {} {} → {}   {}, {}   by {}", options.app_name, options.branch,
                          brief(plan.from.id), brief(plan.to.id),
                          count_of(plan.commit_count, "commit"),
                          count_of(plan.changed_file_count, "file"), plan.to.author)};
  for (std::size_t i = 0; i < plan.commits.size() && (i < kShown || options.verbose); ++i) {
    lines.push_back(fmt::format("  {}  {}", brief(plan.commits[i].id), plan.commits[i].subject));
  }
  if (options.verbose) {
    for (const auto& file : plan.changed_files) lines.push_back("    " + file);
  } else if (plan.commit_count > kShown) {
    lines.push_back(fmt::format("  … and {} more (-v shows them)", plan.commit_count - kShown));
  }
  return lines;
}

Lines effects(const Plan& plan, const Options& /*options*/) {
  Lines lines;
  for (const auto& id : plan.settles) {
    lines.push_back(fmt::format("Would first settle:     the interrupted deployment {}", id));
  }
  if (plan.first)
    lines.push_back(fmt::format("Would clone into:       {}", plan.directory.string()));
  if (plan.environment && !plan.environment->is_there) {
    lines.push_back(fmt::format("Would, while serving:   rebuild {} ({}), about {}",
                                plan.environment->live, plan.environment->reason,
                                format_bytes(plan.environment->bytes)));
  }
  if (plan.data) {
    lines.push_back(fmt::format("Would, while serving:   copy the data of backup {}, {}",
                                plan.data->backup, format_bytes(plan.data->bytes)));
  }
  if (!plan.first) {
    if (!plan.route || plan.data) lines.push_back(stop_effect(plan));
    lines.push_back(data_effect(plan));
  }
  if (plan.route) lines.push_back(route_effect(*plan.route));
  if (!plan.database_command.empty()) {
    lines.push_back(
        fmt::format("Would run:              {}", fmt::join(plan.database_command, " ")));
  }
  for (const auto& path : plan.overwritten) {
    lines.push_back(
        fmt::format("Would overwrite:        {}   (changed here, kept in the backup)", path));
  }
  if (!plan.prunes.empty()) {
    lines.push_back(fmt::format("Would prune:            {}", fmt::join(plan.prunes, ", ")));
  }
  lines.emplace_back("Nothing was changed.");
  return lines;
}

Lines verdict(const Outcome& outcome) {
  const bool rollback = outcome.kind == deploy::Kind::kRollback;
  const bool ended = outcome.result == Result::kRolledBack || outcome.result == Result::kFailed;
  if (rollback && ended && outcome.exit_status != ExitStatus::kHandsNeeded) {
    return rollback_verdict(outcome);
  }
  switch (outcome.result) {
    case Result::kUpdated:
      return updated(outcome);
    case Result::kUnchanged:
    case Result::kStale:
      return {outcome.error ? outcome.error->message : ""};
    case Result::kRolledBack:
      return rolled_back(outcome);
    case Result::kBackedUp:
      return {
          fmt::format("Backed up as {} in {}.", outcome.backup, format_seconds(outcome.seconds))};
    case Result::kPlanned:
      return {};
    case Result::kBlocked:
      return {"Not updated."};
    case Result::kFailed:
      break;
  }
  return failed(outcome);
}

}  // namespace nutricount::report
