// What somebody should look at.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/quantity.hpp"
#include "deploy/status.hpp"

namespace nutricount::deploy {
namespace {
using Concerns = std::vector<Concern>;

void add_units(const Status& status, Concerns& concerns) {
  for (const auto& unit : status.units) {
    if (unit.active == "active") continue;
    const std::string why = unit.reason.empty() ? "" : ": " + unit.reason;
    concerns.push_back({true, fmt::format("{} is {}{}", unit.unit, unit.active, why)});
  }
  if (status.webhook && status.webhook->active != "active") {
    concerns.push_back(
        {false, fmt::format("{} is {}", status.webhook->unit, status.webhook->active)});
  }
}

void add_machine(const Status& status, Concerns& concerns) {
  const auto& limits = status.settings.health;
  const auto& machine = status.machine;
  for (const auto& disk : machine.disks) {
    const int used = used_percent(disk);
    if (used <= limits.disk_limit) continue;
    concerns.push_back({used == 100, fmt::format("{} is {} % full", disk.path.string(), used)});
  }
  if (machine.memory && used_percent(*machine.memory) > limits.memory_limit) {
    concerns.push_back(
        {false, fmt::format("{} % of memory is in use", used_percent(*machine.memory))});
  }
  const auto zone = machine::hottest(machine.zones);
  if (zone && zone->celsius > limits.temperature_limit) {
    concerns.push_back({false, fmt::format("{} is at {:.1f} °C", zone->type, zone->celsius)});
  }
  if (machine.under_voltage.value_or(false)) {
    concerns.push_back({false, "the power supply's voltage is too low"});
  }
}

void add_deployment(const Status& status, Concerns& concerns) {
  const auto* deployment = status.last();
  if (deployment == nullptr || model::went_live(*deployment)) return;
  if (deployment->result != "failed" && deployment->result != "rolled-back") return;
  const bool failed = deployment->result == "failed";
  concerns.push_back({false, fmt::format("the last {} {}", deployment->command,
                                         failed ? "failed" : "was rolled back")});
}

void add_backups(const Status& status, Concerns& concerns) {
  if (const auto ids = status.damaged(); !ids.empty()) {
    concerns.push_back({false, fmt::format("damaged: backup {}", fmt::join(ids, ", "))});
  }
  const auto every = status.settings.backup.every;
  if (every == Milliseconds(0)) return;
  if (status.backups.empty()) {
    concerns.push_back({false, "there is no backup"});
    return;
  }
  const auto age = status.time - status.backups.back().time;
  if (age <= every) return;
  concerns.push_back(
      {false, fmt::format("the newest backup is {} old",
                          format_seconds(std::chrono::duration<double>(age).count()))});
}
}  // namespace

std::vector<Concern> concerns(const Status& status) {
  Concerns concerns;
  add_units(status, concerns);
  add_machine(status, concerns);
  add_deployment(status, concerns);
  add_backups(status, concerns);
  return concerns;
}

}  // namespace nutricount::deploy
