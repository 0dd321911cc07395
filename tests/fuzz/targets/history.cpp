// STATE/history.jsonl.
#include "deploy/history.hpp"

#include <nlohmann/json.hpp>

#include "fuzz.hpp"

using namespace nutricount;
using namespace nutricount::fuzz;

namespace {
bool same(const model::Deployment& a, const model::Deployment& b) {
  return a.id == b.id && a.started == b.started && a.result == b.result && a.from == b.from &&
         a.to == b.to && a.backup == b.backup && a.environment == b.environment &&
         a.previous_environment == b.previous_environment && a.bad_reason == b.bad_reason &&
         a.downtime_seconds == b.downtime_seconds;
}

/// As the executor would write it.
nlohmann::json entry_of(const model::Deployment& deployment) {
  deploy::Outcome outcome;
  outcome.result = deploy::Result::kUpdated;
  outcome.deployment = deployment.id;
  outcome.started = deployment.started;
  outcome.from.id = deployment.from;
  outcome.to.id = deployment.to;
  outcome.backup = deployment.backup;
  outcome.environment = deployment.environment;
  outcome.previous_environment = deployment.previous_environment;
  outcome.bad_reason = deployment.bad_reason;
  if (deployment.downtime_seconds) outcome.downtime_seconds = deployment.downtime_seconds;
  return deploy::to_json(outcome);
}

void check_decisions(const model::Deployments& deployments) {
  for (const auto& one : deployments) {
    const auto bad = model::why_bad(deployments, one.to);
    demand(!bad || !bad->empty(), "a bad commit is bad for a reason");
  }
  demand(model::rollbacks_since(deployments, Timestamp()) <= deployments.size(), "a count");
  demand(model::protected_backups(deployments).size() <= 2, "two are protected");
  demand(!model::protected_environments(deployments, 3).contains(""), "environments have names");
  static_cast<void>(model::usual_downtime(deployments, 5));
}

/// Whatever is in the file, a line that is appended is the last deployment.
void check_append(const deploy::History& history, const model::Deployments& before) {
  model::Deployment added{.id = "20261124_101500", .started = now()};
  if (!before.empty()) added = before.back();
  added.result = "updated";
  if (added.downtime_seconds) added.downtime_seconds = 1.5;
  history.append(entry_of(added));
  const auto after = history.recent();
  demand(after.size() == before.size() + 1 && same(after.back(), added), "a line is appended");
  for (std::size_t i = 0; i < before.size(); ++i) {
    demand(same(before[i], after[i]), "the others stay");
  }
}
}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  place().write("history.jsonl", text_of(data, size));
  const deploy::History history(place().path("history.jsonl"));
  const auto deployments = history.recent();
  check_decisions(deployments);
  const auto newest = history.newest(2);
  demand(newest.size() <= deployments.size(), "the newest are among them");
  for (std::size_t i = 0; i < newest.size(); ++i) {
    demand(same(newest[i], deployments[deployments.size() - newest.size() + i]), "at their end");
  }
  static_cast<void>(history.outcomes());
  check_append(history, deployments);
  return 0;
}
