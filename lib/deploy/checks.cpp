#include "deploy/checks.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/quantity.hpp"
#include "deploy/plan.hpp"

namespace nutricount::deploy {
namespace {
using Checks = std::vector<Check>;

/// "3 min": how long before the status this was.
std::string age(const Status& status, Timestamp time) { return format_between(time, status.time); }

std::string up(const Status& status) {
  const auto since = status.units.empty() ? std::nullopt : status.units.front().since;
  return since ? fmt::format(", up {}", age(status, *since)) : "";
}

void add_application(const Status& status, const Asked& asked, Checks& checks) {
  if (!asked.application) return;
  const auto& seen = *asked.application;
  std::string detail = seen.reason;
  if (seen.healthy) {
    const auto* deployed = status.live();
    const std::string commit = deployed == nullptr ? "" : ", " + brief(deployed->to);
    detail += fmt::format(", {:.0f} ms{}{}", 1000 * seen.seconds, commit, up(status));
  }
  checks.push_back({"application", "application", seen.healthy, std::move(detail)});
}

void add_webhook(const Status& status, const Asked& asked, Checks& checks) {
  if (!asked.webhook) return;
  const auto& seen = *asked.webhook;
  // One that does not answer is missed only where there is a unit that should.
  if (seen.status == 0 && !status.webhook) return;
  checks.push_back({"webhook", "webhook", seen.healthy,
                    seen.healthy ? fmt::format("{}, {:.0f} ms", seen.reason, 1000 * seen.seconds)
                                 : seen.reason});
}

void add_unit(const Status& status, const service::UnitState& unit, Checks& checks) {
  std::string detail = unit.exists ? unit.active : "there is no such unit";
  if (unit.active == "active" && unit.sub != "running" && !unit.sub.empty()) {
    detail += fmt::format(" ({})", unit.sub);
  }
  if (!unit.reason.empty()) detail += ": " + unit.reason;
  if (unit.since) detail += fmt::format(", since {}", age(status, *unit.since));
  detail += fmt::format(", {}", count_of(unit.restarts, "restart"));
  checks.push_back({"services", unit.unit, unit.active == "active", std::move(detail)});
}

void add_units(const Status& status, Checks& checks) {
  for (const auto& unit : status.units) add_unit(status, unit, checks);
  if (status.webhook) add_unit(status, *status.webhook, checks);
}

std::string limit(int value, const char* unit) {
  return fmt::format(" (limit {} {})", value, unit);
}

void add_disks(const Status& status, Checks& checks) {
  const int most = status.settings.health.disk_limit;
  for (const auto& disk : status.machine.disks) {
    const int used = used_percent(disk);
    checks.push_back({"disk", fmt::format("disk {}", disk.path.string()), used <= most,
                      fmt::format("{} % used, {} free{}", used, format_bytes(disk.available),
                                  used <= most ? "" : limit(most, "%"))});
  }
}

void add_memory(const Status& status, Checks& checks) {
  if (!status.machine.memory) return;
  const auto& memory = *status.machine.memory;
  const int most = status.settings.health.memory_limit;
  const int used = used_percent(memory);
  checks.push_back({"memory", "memory", used <= most,
                    fmt::format("{} % used, {} available{}", used, format_bytes(memory.available),
                                used <= most ? "" : limit(most, "%"))});
}

void add_temperature(const Status& status, Checks& checks) {
  const auto zone = machine::hottest(status.machine.zones);
  const int most = status.settings.health.temperature_limit;
  if (zone) {
    const bool good = zone->celsius <= most;
    checks.push_back({"temperature", "temperature", good,
                      fmt::format("{:.1f} °C{}", zone->celsius, good ? "" : limit(most, "°C"))});
  }
  if (status.machine.under_voltage.value_or(false)) {
    checks.push_back({"temperature", "power", false, "the supply's voltage is too low"});
  }
}

void add_deployment(const Status& status, Checks& checks) {
  const auto* deployment = status.last();
  if (deployment == nullptr) return;
  const bool good = model::went_live(*deployment) || deployment->result == "backed-up";
  const std::string down =
      deployment->downtime_seconds
          ? fmt::format(", down for {}", format_seconds(*deployment->downtime_seconds))
          : "";
  const std::string why =
      deployment->bad_reason.empty() ? "" : fmt::format(": {}", deployment->bad_reason);
  checks.push_back({"deployment", "last " + deployment->command, good,
                    fmt::format("{} ago, {}{}{}", age(status, deployment->started),
                                deployment->result, down, why)});
}

void add_backups(const Status& status, Checks& checks) {
  const auto every = status.settings.backup.every;
  if (status.backups.empty()) {
    if (every > Milliseconds(0)) checks.push_back({"backup", "backups", false, "there is none"});
    return;
  }
  const auto next = next_backup(status);
  const auto bad = status.damaged();
  const bool late = next && *next < status.time;
  std::string detail = fmt::format("{}, newest {} old", status.backups.size(),
                                   age(status, status.backups.back().time));
  if (next && late) detail += fmt::format(", overdue by {}", age(status, *next));
  if (next && !late) {
    detail += fmt::format(", next due in {}", format_between(status.time, *next));
  }
  if (!bad.empty()) detail += fmt::format(", damaged: {}", fmt::join(bad, ", "));
  checks.push_back({"backup", "backups", bad.empty() && !late, std::move(detail)});
}
}  // namespace

std::vector<Check> checks(const Status& status, const Asked& asked) {
  Checks checks;
  add_application(status, asked, checks);
  add_webhook(status, asked, checks);
  add_units(status, checks);
  add_disks(status, checks);
  add_memory(status, checks);
  add_temperature(status, checks);
  add_deployment(status, checks);
  add_backups(status, checks);
  return checks;
}

std::vector<Check> failed_checks(const Status& status) {
  auto found = checks(status, {.application = {}, .webhook = {}});
  std::erase_if(found, [](const Check& check) { return check.good; });
  return found;
}

bool is_critical(const Check& check, const config::Health& settings) {
  const auto& critical = settings.critical;
  return std::find(critical.begin(), critical.end(), check.group) != critical.end();
}

bool all_critical_good(const std::vector<Check>& checks, const config::Health& settings) {
  return std::all_of(checks.begin(), checks.end(), [&](const Check& check) {
    return check.good || !is_critical(check, settings);
  });
}

std::optional<Timestamp> next_backup(const Status& status) {
  const auto every = status.settings.backup.every;
  if (every == Milliseconds(0) || status.backups.empty()) return std::nullopt;
  return status.backups.back().time + every;
}

}  // namespace nutricount::deploy
