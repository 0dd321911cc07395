#include "deploy/news.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

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

/// What came after the last that was told. Where nothing was ever told, the past is no news: only
/// what this command did is. That may be missing in the history: where hands are needed it is in
/// flight still, and a full disk takes no record.
model::Deployments untold(const notify::Ledger& ledger, const model::Deployments& deployments,
                          const std::optional<Deployment>& made) {
  const auto find = [&](const std::string& id) {
    return std::find_if(deployments.rbegin(), deployments.rend(),
                        [&](const Deployment& one) { return one.id == id; });
  };
  model::Deployments found;
  const auto told = find(ledger.deployment);
  const bool ever = told != deployments.rend();
  if (ever) found.assign(told.base(), deployments.end());
  if (made && (!ever || find(made->id) == deployments.rend())) found.push_back(*made);
  return found;
}

/// A rollback that somebody asked for.
bool is_by_hand(const Deployment& one) {
  return one.command == "rollback" && one.trigger != model::kProbation;
}

/// What makes it the same failure as another; empty where it went well. A rollback on probation is
/// a failure of the update that it takes back.
std::string failure_of(const Deployment& one) {
  if (!model::went_live(one)) return fmt::format("{} {}", one.result, one.to);
  if (one.command == "rollback" && !is_by_hand(one)) return fmt::format("rolled-back {}", one.from);
  return {};
}

/// A message without what differs from one time to the next: sizes, seconds, ports.
std::string kind_of(const std::string& message) {
  std::string kind;
  for (const char c : message) {
    const bool digit = std::isdigit(static_cast<unsigned char>(c)) != 0;
    if (!digit) kind += c;
    if (digit && !kind.ends_with('#')) kind += '#';
  }
  return kind;
}

/// Whether what runs is what somebody went back to: that what was left is blocked is no failure.
bool is_left_by_hand(const model::Deployments& deployments) {
  const auto* live = model::live(deployments);
  return live != nullptr && is_by_hand(*live);
}

/// A deployment that ended since the application was asked kept it down itself.
bool ended_since_asked(const model::Deployments& deployments, const HealthSeen& seen,
                       Timestamp now) {
  if (deployments.empty()) return false;
  using Seconds = std::chrono::duration<double>;
  return deployments.back().started + Seconds(deployments.back().seconds) >
         now - Seconds(seen.seconds);
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
    const std::string failure = failure_of(one);
    const auto verdict = judge(kUpdate, failure);
    if (!failure.empty() && !verdict.tell) return;
    Alert alert = alert_of(one);
    if (verdict.over)
      alert.facts.emplace_back("failed before for", format_between(verdict.began, now_));
    alert.is_over = verdict.over;
    alerts_.push_back(std::move(alert));
  }

  /// That a commit is blocked which failed before is no other failure.
  void add_blocked(const Failure& failure, bool left_by_hand) {
    const auto known = ledger_.runs.find(kUpdate);
    const bool same = known != ledger_.runs.end() && !known->second.failures.empty();
    if (same) {
      add_failure(failure, std::string(*known->second.failures.begin()));
    } else if (!left_by_hand) {
      add_failure(failure, kind_of(failure.message));
    }
  }

  void add_failure(const Failure& failure, const std::string& kind) {
    const auto verdict = judge(kUpdate, kind);
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
    alert.title = fmt::format("updates work again, after {}", format_between(verdict.began, now_));
    alert.is_over = true;
    alerts_.push_back(std::move(alert));
  }

  void add_health(const HealthSeen& seen) {
    const auto verdict = judge(kHealth, seen.healthy ? "" : kDown);
    if (!verdict.tell && !verdict.over) return;
    Alert alert{.event = verdict.over ? Event::kRecovered : Event::kDown,
                .time = now_,
                .facts = {},
                .commands = {}};
    alert.title = verdict.over
                      ? fmt::format("healthy again, after {}", format_between(verdict.began, now_))
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
    alert.facts.emplace_back("lasts for", format_between(verdict.run->since, now_));
  }

  notify::Ledger& ledger_;
  Timestamp now_;
  std::vector<Alert> alerts_;
};
}  // namespace

std::vector<Alert> news(notify::Ledger& ledger, const model::Deployments& deployments,
                        const Happened& happened, Timestamp now) {
  News found(ledger, now);
  for (const auto& one : untold(ledger, deployments, happened.made)) found.add(one);
  if (!deployments.empty()) ledger.deployment = deployments.back().id;
  if (happened.failure && happened.blocked) {
    found.add_blocked(*happened.failure, is_left_by_hand(deployments));
  } else if (happened.failure) {
    found.add_failure(*happened.failure, kind_of(happened.failure->message));
  }
  if (happened.up_to_date) found.add_up_to_date();
  const auto& seen = happened.health;
  if (seen && (seen->healthy || !ended_since_asked(deployments, *seen, now))) {
    found.add_health(*seen);
  }
  return found.take();
}

}  // namespace nutricount::deploy
