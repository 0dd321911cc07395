#include "report/checks_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/health_text.hpp"
#include "report/metrics.hpp"
#include "report/screen.hpp"

namespace nutricount::report {
namespace {
using nlohmann::json;

json services(const deploy::Status& status) {
  json list = json::array();
  auto units = status.units;
  if (status.webhook) units.push_back(*status.webhook);
  for (const auto& unit : units) {
    json one{{"unit", unit.unit},
             {"state", unit.active},
             {"sub", unit.sub},
             {"restarts", unit.restarts}};
    if (unit.since) one["since"] = to_utc(*unit.since);
    if (!unit.reason.empty()) one["reason"] = unit.reason;
    list.push_back(std::move(one));
  }
  return list;
}

json last_deployment(const deploy::Status& status) {
  const auto* deployment = status.last();
  if (deployment == nullptr) return nullptr;
  json out{{"deployment", deployment->id},
           {"command", deployment->command},
           {"outcome", deployment->result},
           {"started", to_utc(deployment->started)},
           {"seconds", deployment->seconds},
           {"from", deployment->from},
           {"to", deployment->to}};
  if (deployment->downtime_seconds) out["downtime_seconds"] = *deployment->downtime_seconds;
  return out;
}

json backups(const deploy::Status& status) {
  json out{{"count", status.backups.size()}};
  if (!status.backups.empty()) out["newest"] = to_utc(status.backups.back().time);
  if (const auto next = deploy::next_backup(status)) out["next_due"] = to_utc(*next);
  return out;
}

bool runs(const deploy::Status& status) {
  return std::any_of(status.units.begin(), status.units.end(),
                     [](const auto& unit) { return unit.active == "active"; });
}

json details(const std::vector<deploy::Check>& checks, const deploy::Status& status,
             const deploy::Asked& asked) {
  const bool webhook = asked.webhook && asked.webhook->healthy;
  json out{{"webhook_status", webhook ? "running" : "stopped"},
           {"app_status", runs(status) ? "running" : "stopped"},
           {"services", services(status)},
           {"disk", disks_json(status.machine.disks)},
           {"last_deployment", last_deployment(status)},
           {"backups", backups(status)}};
  if (const auto& memory = status.machine.memory) {
    out["memory"] = {{"total_bytes", memory->total},
                     {"available_bytes", memory->available},
                     {"used_percent", used_percent(*memory)}};
  }
  if (const auto zone = machine::hottest(status.machine.zones)) {
    out["temperature_celsius"] = zone->celsius;
  }
  out["checks"] = json::array();
  for (const auto& check : checks) {
    out["checks"].push_back({{"name", check.name},
                             {"group", check.group},
                             {"good", check.good},
                             {"critical", deploy::is_critical(check, status.settings.health)},
                             {"detail", check.detail}});
  }
  out["problems"] = status.problems;
  return out;
}

void tell_text(const std::vector<deploy::Check>& checks, const deploy::Status& status,
               const Options& options) {
  Screen screen(stdout, options.color);
  std::size_t width = 14;
  for (const auto& check : checks) width = std::max(width, check.name.size());
  std::size_t failed = 0;
  for (const auto& check : checks) {
    if (!check.good) ++failed;
    const auto mark = check.good ? screen.good(screen.mark("✔", "ok    "))
                                 : screen.bad(screen.mark("✖", "failed"));
    screen.line(mark, fmt::format("{:<{}} {}", check.name, width, check.detail));
  }
  for (const auto& problem : status.problems) {
    screen.line(fmt::format("  could not look at {}", problem));
  }
  screen.line(failed == 0 ? fmt::format("All {} checks passed.", checks.size())
                          : fmt::format("{} of {} checks failed.", failed, checks.size()));
}
}  // namespace

void tell_checks(const std::vector<deploy::Check>& checks, const deploy::Status& status,
                 const deploy::Asked& asked, const Options& options) {
  const bool good = deploy::all_critical_good(checks, status.settings.health);
  for (const auto& check : checks) {
    if (check.good) continue;
    options.log.write(LogLevel::kError, fmt::format("{}: {}", check.name, check.detail));
  }
  if (options.json) {
    json out = to_json(*asked.application);
    out["status"] = good ? "healthy" : "unhealthy";
    out.update(details(checks, status, asked));
    print_document(out);
  } else if (!options.quiet || !good) {
    tell_text(checks, status, options);
  }
}

}  // namespace nutricount::report
