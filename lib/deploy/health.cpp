#include "deploy/health.hpp"

#include <fmt/format.h>

#include "base/json_text.hpp"
#include "deploy/colour.hpp"
#include "deploy/rollback.hpp"
#include "deploy/site.hpp"
#include "http/probe.hpp"
#include "model/health.hpp"
#include "os/file.hpp"
#include "os/interruption.hpp"

namespace nutricount::deploy {
namespace fs = std::filesystem;
using nlohmann::json;
namespace {
constexpr int kFailuresAllowed = 3;

/// STATE/probation: failures in a row of a deployment, and whether it was rolled back for them.
struct Record {
  std::string deployment;
  int failures = 0;
  bool rolled_back = false;
};

Record read_record(const fs::path& path) {
  try {
    const auto text = os::read_file(path, 65536);
    if (!text) return {};
    const json in = parse_json(*text);
    return {in.at("deployment"), whole_number<int>(in.at("failures")), in.at("rolled_back")};
  } catch (const std::exception&) {
    return {};  // as if nothing had failed yet
  }
}

void write_record(const fs::path& path, const Record& record) {
  os::write_durably(path, json{{"deployment", record.deployment},
                               {"failures", record.failures},
                               {"rolled_back", record.rolled_back}}
                                  .dump() +
                              "\n");
}

/// Counts; returns whether the deployment is to be rolled back.
bool is_over(const model::Deployment& deployment, const HealthSeen& seen, const fs::path& path) {
  Record record = read_record(path);
  if (record.deployment != deployment.id) record = {.deployment = deployment.id};
  if (record.rolled_back) return false;
  if (seen.healthy && record.failures == 0) return false;
  record.failures = seen.healthy ? 0 : record.failures + 1;
  record.rolled_back = record.failures >= kFailuresAllowed;
  write_record(path, record);
  return record.rolled_back;
}
}  // namespace

HealthSeen ask_application(const config::Health& health, Milliseconds timeout,
                           std::function<bool()> is_pointless) {
  const Stopwatch watch;
  const auto reply = http::get({.url = health.url,
                                .timeout = timeout,
                                .follow_redirects = health.follow_redirects,
                                .ca_file = health.ca_file,
                                .is_pointless = std::move(is_pointless)});
  auto verdict = model::judge(reply);
  return {.healthy = verdict.healthy,
          .status = reply.status,
          .attempts = 1,
          .seconds = watch.seconds(),
          .reason = std::move(verdict.reason)};
}

HealthSeen ask_webhook(const config::Settings& settings) {
  std::string listens = settings.webhook.listen;
  // It listens on every address: this machine's own will do.
  if (listens.starts_with("0.0.0.0:")) listens.replace(0, 7, "127.0.0.1");
  if (listens.starts_with("[::]:")) listens.replace(0, 4, "[::1]");
  config::Health health;
  health.url = "http://" + listens + "/health";
  return ask_application(health, settings.health.timeout);
}

HealthSeen check_health(const HealthRequest& request, const config::Settings& settings) {
  const Stopwatch watch;
  const auto health = request.at_live_port ? live_health(settings) : settings.health;
  for (int attempts = 1;; ++attempts) {
    HealthSeen seen = ask_application(health, health.timeout);
    if (seen.healthy || attempts > request.retries) {
      seen.attempts = attempts;
      seen.seconds = watch.seconds();
      return seen;
    }
    os::pause_for(request.interval);
  }
}

std::optional<Outcome> judge_probation(const HealthSeen& seen, const config::Settings& settings,
                                       Observer& observer) {
  {
    // While a deployment is under way the application may well be down.
    const auto lock = Lock::try_take(settings, "health");
    if (!lock) return std::nullopt;
    const History history(settings.state.directory / "history.jsonl");
    const auto deployment = model::on_probation(history.recent(), settings.update.probation, now());
    const fs::path path = settings.state.directory / "probation";
    if (!deployment || !is_over(*deployment, seen, path)) return std::nullopt;
  }
  observer.note(fmt::format("unhealthy {} times in a row within its probation: going back",
                            kFailuresAllowed));
  return rollback({.reason = "unhealthy on probation: " + seen.reason,
                   .trigger = model::kProbation,
                   .automatic = true},
                  settings, observer);
}

}  // namespace nutricount::deploy
