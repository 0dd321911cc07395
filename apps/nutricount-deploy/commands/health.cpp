#include "commands/health.hpp"

#include <fmt/format.h>

#include "base/quantity.hpp"
#include "deploy/alerts.hpp"
#include "deploy/checks.hpp"
#include "deploy/health.hpp"
#include "report/checks_text.hpp"
#include "report/health_text.hpp"

namespace nutricount::cli {
namespace {
constexpr const char* kFooter = R"(
Healthy is HTTP 200 and, where the body is JSON with a "status", that it says "healthy".
With --full the verdict counts the checks that health.critical names: the application, as it comes.

EXAMPLES
  nutricount-deploy health                            once
  nutricount-deploy health --retries 5 --interval 2s  until it is healthy, for ten seconds
  nutricount-deploy health --full                     and the machine, the services, the backups
  nutricount-deploy health --probation                from a timer: see update.probation

EXIT STATUS
  0  healthy
  1  unhealthy; on probation too: what ran before is back
  2  wrong usage
  3  on probation: it could not be put back, and hands are needed
  4  on probation: another deployment has begun
  130, 143  interrupted)";

void tell_alerts(const deploy::HealthSeen& seen, const std::optional<deploy::Outcome>& outcome,
                 const config::Settings& settings, const report::Options& options) {
  const auto observer = report::make_observer(options);
  auto happened = outcome ? deploy::happened_in(*outcome) : deploy::Happened();
  happened.health = seen;
  deploy::tell_alerts(settings, happened, *observer);
}

/// Prints; returns whether all is well that counts.
bool tell(const deploy::HealthSeen& seen, bool full, const config::Settings& settings,
          const report::Options& options) {
  if (!full) {
    report::tell_health(seen, options);
    return seen.healthy;
  }
  deploy::Asked asked{.application = seen, .webhook = {}};
  if (!settings.webhook.unit.empty()) asked.webhook = deploy::ask_webhook(settings);
  const auto status = deploy::look(settings, Milliseconds(0));
  const auto checks = deploy::checks(status, asked);
  report::tell_checks(checks, status, asked, options);
  return deploy::all_critical_good(checks, settings.health);
}
}  // namespace

HealthCommand::HealthCommand(CLI::App& root, GlobalOptions& globals)
    : Command(root, globals, "health", "Say whether the application is healthy", kFooter) {
  auto& app = this->app();
  auto* url = add_value(app, "--url", url_, "Ask this address (default: health.url)", "URL");
  add_value(app, "--timeout", timeout_, "For each whole request (default 5s)", "DURATION");
  add_value(app, "--retries", retries_, "Ask up to this many times more (default 0)", "N");
  add_value(app, "--interval", interval_, "Between two requests (default 5s)", "DURATION");
  add_switch(
      app, "--full", full_,
      "Look at the webhook, services, disk, memory, temperature, last deployment and backups "
      "too");
  auto* probation =
      add_switch(app, "--probation", probation_,
                 "Go back after three failures in a row while update.probation lasts");
  probation->excludes(url);
}

Overrides HealthCommand::overrides() const {
  Overrides overrides;
  if (!url_.empty()) overrides["health.url"] = {url_, "--url"};
  override_duration(overrides, "health.timeout", "--timeout", timeout_);
  return overrides;
}

ExitStatus HealthCommand::run() const {
  deploy::HealthRequest request;
  request.at_live_port = url_.empty();
  if (!retries_.empty()) request.retries = number_of("--retries", retries_);
  if (!interval_.empty()) request.interval = duration_of("--interval", interval_);
  const auto settings = load();
  const auto options = told(settings);
  const auto seen = deploy::check_health(request, settings);
  bool good = seen.healthy;
  if (!options.json) good = tell(seen, full_, settings, options);
  std::optional<deploy::Outcome> outcome;
  if (probation_) {
    const auto observer = report::make_observer(options);
    outcome = deploy::judge_probation(seen, settings, *observer);
  }
  // One document: of the rollback, where there was one.
  if (options.json && !outcome) good = tell(seen, full_, settings, options);
  if (url_.empty()) tell_alerts(seen, outcome, settings, options);
  if (outcome && outcome->exit_status == ExitStatus::kHandsNeeded) {
    return ExitStatus::kHandsNeeded;
  }
  return good ? ExitStatus::kDone : ExitStatus::kNo;
}

}  // namespace nutricount::cli
