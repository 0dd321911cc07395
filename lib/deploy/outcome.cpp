#include "deploy/outcome.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "deploy/history.hpp"

namespace nutricount::deploy {
using nlohmann::json;
namespace {
double rounded(double seconds) { return std::round(seconds * 1000) / 1000; }

json commit_json(const CommitRef& commit, bool with_author) {
  if (commit.id.empty()) return nullptr;
  json out{{"commit", commit.id}, {"subject", commit.subject}};
  if (with_author) out["author"] = commit.author;
  return out;
}

json rows_json(const std::vector<model::TableRows>& rows) {
  json out = json::array();
  for (const auto& one : rows) {
    out.push_back({{"table", one.table}, {"written", one.written}, {"gone", one.gone}});
  }
  return out;
}

json steps_json(const std::vector<StepResult>& steps) {
  json out = json::array();
  for (const auto& step : steps) {
    json one{
        {"name", step.name}, {"status", name_of(step.status)}, {"seconds", rounded(step.seconds)}};
    if (!step.detail.empty()) one["detail"] = step.detail;
    out.push_back(std::move(one));
  }
  return out;
}
}  // namespace

std::string_view name_of(Kind kind) { return kind == Kind::kRollback ? "rollback" : "update"; }

std::string_view name_of(Result result) {
  switch (result) {
    case Result::kUpdated:
      return "updated";
    case Result::kUnchanged:
      return "unchanged";
    case Result::kBlocked:
      return "blocked";
    case Result::kStale:
      return "stale";
    case Result::kRolledBack:
      return "rolled-back";
    case Result::kPlanned:
      return "planned";
    case Result::kBackedUp:
      return "backed-up";
    case Result::kFailed:
      break;
  }
  return "failed";
}

std::string_view name_of(StepStatus status) {
  switch (status) {
    case StepStatus::kDone:
      return "done";
    case StepStatus::kUndone:
      return "undone";
    case StepStatus::kSkipped:
      return "skipped";
    case StepStatus::kFailed:
      break;
  }
  return "failed";
}

json to_json(const Outcome& outcome) {
  json out{{"command", name_of(outcome.kind)},    {"outcome", name_of(outcome.result)},
           {"deployment", outcome.deployment},    {"trigger", outcome.trigger},
           {"started", to_utc(outcome.started)},  {"from", commit_json(outcome.from, false)},
           {"to", commit_json(outcome.to, true)}, {"seconds", rounded(outcome.seconds)},
           {"steps", steps_json(outcome.steps)}};
  if (!outcome.delivery.empty()) out["delivery"] = outcome.delivery;
  if (!outcome.reason.empty()) out["reason"] = outcome.reason;
  if (!outcome.backup.empty()) out["backup"] = outcome.backup;
  if (outcome.downtime_seconds) out["downtime_seconds"] = rounded(*outcome.downtime_seconds);
  if (!outcome.environment.empty()) out["environment"] = outcome.environment;
  if (!outcome.previous_environment.empty()) {
    out["previous_environment"] = outcome.previous_environment;
  }
  if (outcome.health) {
    out["health"] = json{{"healthy", outcome.health->healthy},
                         {"status", outcome.health->status},
                         {"attempts", outcome.health->attempts},
                         {"seconds", rounded(outcome.health->seconds)}};
    if (!outcome.health->healthy) out["health"]["reason"] = outcome.health->reason;
  }
  if (outcome.error && outcome.exit_status == ExitStatus::kDone) {
    out["message"] = outcome.error->message;
  } else if (outcome.error) {
    out["error"] = json{{"message", outcome.error->message}, {"hint", outcome.error->hint}};
  }
  if (!outcome.last_lines.empty()) out["last_lines"] = outcome.last_lines;
  if (!outcome.bad_reason.empty()) out["bad"] = outcome.bad_reason;
  if (!outcome.set_aside.empty()) out["set_aside"] = outcome.set_aside;
  if (!outcome.rows_aside.empty()) out["rows_aside"] = rows_json(outcome.rows_aside);
  if (!outcome.hands.empty()) out["hands"] = outcome.hands;
  return out;
}

}  // namespace nutricount::deploy
