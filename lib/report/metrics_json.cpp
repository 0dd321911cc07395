#include <nlohmann/json.hpp>

#include "deploy/checks.hpp"
#include "report/metrics.hpp"

namespace nutricount::report {
using deploy::Status;
using nlohmann::json;
namespace {
json of_modes(const machine::ByMode& values) {
  json out = json::object();
  for (std::size_t mode = 0; mode < values.size(); ++mode) {
    out[std::string(machine::kCpuModes.at(mode))] = values.at(mode);
  }
  return out;
}

json of_flags(const machine::Throttling::Flags& flags) {
  return {{"under_voltage", flags.under_voltage},
          {"frequency_capped", flags.frequency_capped},
          {"throttled", flags.throttled},
          {"soft_temperature_limit", flags.soft_temperature_limit}};
}

json of_cpu(const machine::Machine& machine) {
  json out = json::object();
  if (machine.cpu_shares) {
    out["busy_ratio"] = machine::busy_share(*machine.cpu_shares);
    out["ratio"] = of_modes(*machine.cpu_shares);
  }
  if (machine.cpu_seconds) out["seconds"] = of_modes(*machine.cpu_seconds);
  return out;
}

void add_sensors(json& out, const machine::Machine& machine) {
  if (const auto zone = hottest(machine.zones)) {
    json zones = json::array();
    for (const auto& one : machine.zones) {
      zones.push_back({{"zone", one.zone}, {"type", one.type}, {"celsius", one.celsius}});
    }
    out["temperature"] = {{"celsius", zone->celsius}, {"zones", zones}};
  }
  if (machine.throttling) {
    out["throttling"] = {{"now", of_flags(machine.throttling->now)},
                         {"since_boot", of_flags(machine.throttling->since_boot)}};
  }
  if (machine.under_voltage) out["under_voltage"] = *machine.under_voltage;
}

void add_machine(json& out, const machine::Machine& machine) {
  if (auto cpu = of_cpu(machine); !cpu.empty()) out["cpu"] = std::move(cpu);
  if (const auto& memory = machine.memory) {
    out["memory"] = {{"total_bytes", memory->total},
                     {"available_bytes", memory->available},
                     {"used_bytes", memory->used()},
                     {"used_percent", used_percent(*memory)}};
    if (memory->swap_total > 0) {
      out["swap"] = {{"total_bytes", memory->swap_total}, {"used_bytes", memory->swap_used()}};
    }
  }
  out["disks"] = disks_json(machine.disks);
  add_sensors(out, machine);
  if (machine.load) out["load"] = *machine.load;
  if (machine.uptime_seconds) out["uptime_seconds"] = *machine.uptime_seconds;
}

json of_unit(const service::UnitState& unit, const char* role) {
  json out{{"unit", unit.unit},
           {"role", role},
           {"active", unit.active},
           {"sub", unit.sub},
           {"restarts", unit.restarts}};
  if (unit.since) out["since"] = to_utc(*unit.since);
  if (!unit.reason.empty()) out["reason"] = unit.reason;
  return out;
}

json of_services(const Status& status) {
  json out = json::array();
  for (const auto& unit : status.units) out.push_back(of_unit(unit, "application"));
  if (status.webhook) out.push_back(of_unit(*status.webhook, "webhook"));
  return out;
}

json of_deployments(const Status& status, std::size_t count) {
  json counts = json::object();
  for (const auto& [what, times] : status.outcomes) counts[what.first][what.second] = times;
  json recent = json::array();
  for (const auto& one : newest(status.deployments, count)) recent.push_back(deployment_json(one));
  json out{{"counts", counts}, {"recent", recent}};
  if (const auto* one = status.live()) out["live"] = deployment_json(*one);
  if (const auto downtime = status.last_downtime()) {
    out["last_downtime_seconds"] = *downtime;
  }
  return out;
}

json of_backups(const Status& status) {
  json out{{"count", status.backups.size()}, {"bytes", status.backup_bytes()}};
  if (!status.backups.empty()) {
    const auto& newest = status.backups.back();
    const std::chrono::duration<double> age = status.time - newest.time;
    out["newest"] = {
        {"backup", newest.id}, {"time", to_utc(newest.time)}, {"age_seconds", age.count()}};
  }
  if (const auto verified = status.last_verification()) {
    out["verified"] = {{"time", to_utc(verified->time)}, {"damaged", status.damaged()}};
  }
  return out;
}
}  // namespace

json disks_json(const std::vector<machine::Disk>& disks) {
  json out = json::array();
  for (const auto& disk : disks) {
    out.push_back({{"path", disk.path.string()},
                   {"size_bytes", disk.size},
                   {"used_bytes", disk.used},
                   {"available_bytes", disk.available},
                   {"used_percent", used_percent(disk)}});
  }
  return out;
}

json deployment_json(const model::Deployment& one) {
  json out{{"deployment", one.id},   {"command", one.command},
           {"outcome", one.result},  {"started", to_utc(one.started)},
           {"seconds", one.seconds}, {"from", one.from},
           {"to", one.to},           {"subject", one.subject},
           {"trigger", one.trigger}};
  if (one.downtime_seconds) out["downtime_seconds"] = *one.downtime_seconds;
  if (!one.bad_reason.empty()) out["bad"] = one.bad_reason;
  return out;
}

json metrics_json(const Status& status, std::size_t deployments) {
  json out{{"timestamp", to_utc(status.time)}, {"application", status.settings.app.name},
           {"services", of_services(status)},  {"deployments", of_deployments(status, deployments)},
           {"backups", of_backups(status)},    {"problems", status.problems}};
  json failed = json::array();
  for (const auto& check : deploy::failed_checks(status)) {
    failed.push_back({{"name", check.name}, {"detail", check.detail}});
  }
  out["failed_checks"] = std::move(failed);
  add_machine(out, status.machine);
  return out;
}

}  // namespace nutricount::report
