#include "deploy/news.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/quantity.hpp"
#include "deploy/plan.hpp"

namespace nutricount::deploy {
namespace {
using model::Deployment;
using notify::Alert;
using notify::Event;
constexpr const char* kUpdate = "update";
constexpr const char* kHealth = "health";
constexpr const char* kDown = "down";

std::string lasted(Timestamp from, Timestamp to) {
  return format_seconds(std::chrono::duration<double>(to - from).count());
}

/// What came after the last that was told. Where nothing was ever told, the past is no news: only
/// what this command did is.
model::Deployments untold(const notify::Ledger& ledger, const model::Deployments& deployments,
                          const std::string& mine) {
  const auto told =
      std::find_if(deployments.rbegin(), deployments.rend(),
                   [&](const Deployment& one) { return one.id == ledger.deployment; });
  if (told != deployments.rend()) return {told.base(), deployments.end()};
  model::Deployments found;
  std::copy_if(deployments.begin(), deployments.end(), std::back_inserter(found),
               [&](const Deployment& one) { return one.id == mine; });
  return found;
}

std::string commit(const std::string& id, const std::string& subject) {
  return subject.empty() ? brief(id) : fmt::format("{} {}", brief(id), subject);
}

/// The news of one deployment, without what the runs add.
Alert alert_of(const Deployment& one) {
  Alert alert;
  alert.time = one.started;
  alert.facts = {{"deployment", one.id}, {"commit", one.to}, {"commit before", one.from}};
  if (one.downtime_seconds) {
    alert.facts.emplace_back("down for", format_seconds(*one.downtime_seconds));
  }
  if (!one.trigger.empty()) alert.facts.emplace_back("trigger", one.trigger);
  std::erase_if(alert.facts, [](const auto& fact) { return fact.second.empty(); });
  const std::string to = commit(one.to, one.subject);
  if (model::went_live(one)) {
    const bool rollback = one.command == "rollback";
    alert.event = rollback ? Event::kRolledBack : Event::kSucceeded;
    alert.title = rollback ? fmt::format("went back to {} from {}", to, brief(one.from))
                           : fmt::format("updated to {}", to);
    alert.text = one.reason;
  } else if (one.result == "rolled-back") {
    alert.event = Event::kRolledBack;
    alert.title = fmt::format("{} to {} was rolled back: {} runs", one.command, to,
                              one.from.empty() ? "nothing" : brief(one.from));
    alert.text = one.error;
  } else {
    alert.event = Event::kFailed;
    alert.title = fmt::format("{} to {} failed{}", one.command, to,
                              one.hands.empty() ? "" : ": hands are needed");
    alert.text = one.error.empty() ? one.hint : fmt::format("{}\n{}", one.error, one.hint);
    alert.commands = one.hands;
  }
  return alert;
}

class News {
 public:
  News(notify::Ledger& ledger, Timestamp now) : ledger_(ledger), now_(now) {}

  void add(const Deployment& one) {
    const bool good = model::went_live(one);
    const auto verdict = judge(kUpdate, good ? "" : fmt::format("{} {}", one.result, one.to));
    if (!good && !verdict.tell) return;
    Alert alert = alert_of(one);
    if (verdict.over) alert.facts.emplace_back("failed before for", lasted(verdict.began, now_));
    alerts_.push_back(std::move(alert));
  }

  /// That a commit is blocked which failed before is no other failure.
  void add_failure(const Failure& failure, bool blocked) {
    const auto known = ledger_.runs.find(kUpdate);
    const bool same = blocked && known != ledger_.runs.end();
    const auto verdict =
        judge(kUpdate, same ? std::string(known->second.failure) : failure.message);
    if (!verdict.tell) return;
    Alert alert{.event = Event::kFailed, .time = now_, .facts = {}, .commands = {}};
    alert.title = fmt::format("update failed: {}", failure.message);
    alert.text = failure.hint;
    remind(alert, verdict);
    alerts_.push_back(std::move(alert));
  }

  void add_up_to_date() {
    const auto verdict = judge(kUpdate, "");
    if (!verdict.over) return;
    Alert alert{.event = Event::kSucceeded, .time = now_, .facts = {}, .commands = {}};
    alert.title = fmt::format("updates work again, after {}", lasted(verdict.began, now_));
    alerts_.push_back(std::move(alert));
  }

  void add_health(const HealthSeen& seen) {
    const auto verdict = judge(kHealth, seen.healthy ? "" : kDown);
    if (!verdict.tell && !verdict.over) return;
    Alert alert{.event = verdict.over ? Event::kRecovered : Event::kDown,
                .time = now_,
                .facts = {},
                .commands = {}};
    alert.title = verdict.over ? fmt::format("healthy again, after {}", lasted(verdict.began, now_))
                               : fmt::format("is not healthy: {}", seen.reason);
    if (verdict.tell) remind(alert, verdict);
    alerts_.push_back(std::move(alert));
  }

  [[nodiscard]] std::vector<Alert> take() { return std::move(alerts_); }

 private:
  notify::Verdict judge(const char* what, const std::string& failure) {
    const auto known = ledger_.runs.find(what);
    const auto run = known == ledger_.runs.end() ? std::nullopt : std::optional(known->second);
    auto verdict = notify::judge(run, failure, now_);
    ledger_.runs.erase(what);
    if (verdict.run) ledger_.runs[what] = *verdict.run;
    return verdict;
  }

  void remind(Alert& alert, const notify::Verdict& verdict) const {
    if (verdict.run->since == now_) return;
    alert.facts.emplace_back("lasts for", lasted(verdict.run->since, now_));
  }

  notify::Ledger& ledger_;
  Timestamp now_;
  std::vector<Alert> alerts_;
};
}  // namespace

std::vector<Alert> news(notify::Ledger& ledger, const model::Deployments& deployments,
                        const Happened& happened, Timestamp now) {
  News found(ledger, now);
  for (const auto& one : untold(ledger, deployments, happened.deployment)) found.add(one);
  if (!deployments.empty()) ledger.deployment = deployments.back().id;
  if (happened.failure) found.add_failure(*happened.failure, happened.blocked);
  if (happened.up_to_date) found.add_up_to_date();
  if (happened.health) found.add_health(*happened.health);
  return found.take();
}

}  // namespace nutricount::deploy
