#include "report/exposition.hpp"
#include "report/metrics.hpp"

namespace nutricount::report {
using deploy::Status;
namespace {
double seconds_of(Timestamp time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

void add_modes(Exposition& out, const machine::ByMode& values) {
  for (std::size_t mode = 0; mode < values.size(); ++mode) {
    out.sample(values.at(mode), {{"mode", std::string(machine::kCpuModes.at(mode))}});
  }
}

void add_cpu(Exposition& out, const machine::Machine& machine) {
  out.counter("nutricount_cpu_seconds_total", "Processor time since boot, of all processors.");
  if (machine.cpu_seconds) add_modes(out, *machine.cpu_seconds);
  out.gauge("nutricount_cpu_usage_ratio", "Share of processor time over the last moment.");
  if (machine.cpu_shares) add_modes(out, *machine.cpu_shares);
}

void add_memory(Exposition& out, const machine::Memory& memory) {
  out.gauge("nutricount_memory_size_bytes", "Memory of the machine.");
  out.sample(static_cast<double>(memory.total));
  out.gauge("nutricount_memory_available_bytes", "Memory that is available without swapping.");
  out.sample(static_cast<double>(memory.available));
  if (memory.swap_total == 0) return;
  out.gauge("nutricount_swap_size_bytes", "Swap space of the machine.");
  out.sample(static_cast<double>(memory.swap_total));
  out.gauge("nutricount_swap_used_bytes", "Swap space in use.");
  out.sample(static_cast<double>(memory.swap_used()));
}

void add_disks(Exposition& out, const std::vector<machine::Disk>& disks) {
  const auto each = [&](const char* name, const char* help, auto value) {
    out.gauge(name, help);
    for (const auto& disk : disks) {
      out.sample(static_cast<double>(value(disk)), {{"path", disk.path.string()}});
    }
  };
  using machine::Disk;
  each("nutricount_disk_size_bytes", "Size of the file system.",
       [](const Disk& disk) { return disk.size; });
  each("nutricount_disk_used_bytes", "Bytes in use.", [](const Disk& disk) { return disk.used; });
  each("nutricount_disk_available_bytes", "Bytes that are left to everybody.",
       [](const Disk& disk) { return disk.available; });
  each("nutricount_disk_used_ratio", "Share in use, as df has it.",
       [](const Disk& disk) { return used_percent(disk) / 100.0; });
}

void add_flags(Exposition& out, const machine::Throttling::Flags& flags) {
  out.sample(flags.under_voltage ? 1 : 0, {{"reason", "under_voltage"}});
  out.sample(flags.frequency_capped ? 1 : 0, {{"reason", "frequency_capped"}});
  out.sample(flags.throttled ? 1 : 0, {{"reason", "throttled"}});
  out.sample(flags.soft_temperature_limit ? 1 : 0, {{"reason", "soft_temperature_limit"}});
}

void add_sensors(Exposition& out, const machine::Machine& machine) {
  out.gauge("nutricount_temperature_celsius", "Temperature of a thermal zone.");
  for (const auto& zone : machine.zones) {
    out.sample(zone.celsius, {{"zone", zone.zone}, {"type", zone.type}});
  }
  if (machine.throttling) {
    out.gauge("nutricount_throttling", "Whether a Raspberry Pi is slowed down, and why.");
    add_flags(out, machine.throttling->now);
    out.gauge("nutricount_throttling_since_boot", "Whether it was at any time since boot.");
    add_flags(out, machine.throttling->since_boot);
  }
  out.gauge("nutricount_under_voltage", "Whether the supply's voltage is too low.");
  if (machine.under_voltage) out.sample(*machine.under_voltage ? 1 : 0);
}

void add_load(Exposition& out, const machine::Machine& machine) {
  out.gauge("nutricount_load_average", "Load average over so many minutes.");
  if (machine.load) {
    out.sample(machine.load->at(0), {{"minutes", "1"}});
    out.sample(machine.load->at(1), {{"minutes", "5"}});
    out.sample(machine.load->at(2), {{"minutes", "15"}});
  }
  out.gauge("nutricount_uptime_seconds", "Time since boot.");
  if (machine.uptime_seconds) out.sample(*machine.uptime_seconds);
}

void add_units(Exposition& out, const Status& status) {
  std::vector<std::pair<service::UnitState, Labels>> units;
  for (const auto& unit : status.units) {
    units.push_back({unit, {{"unit", unit.unit}, {"role", "application"}}});
  }
  if (const auto& unit = status.webhook) {
    units.push_back({*unit, {{"unit", unit->unit}, {"role", "webhook"}}});
  }
  out.gauge("nutricount_unit_active", "Whether the unit is active.");
  for (const auto& [unit, labels] : units) out.sample(unit.active == "active" ? 1 : 0, labels);
  out.counter("nutricount_unit_restarts_total", "Automatic restarts since it was started.");
  for (const auto& [unit, labels] : units) {
    if (status.counts_restarts) out.sample(unit.restarts, labels);
  }
  out.gauge("nutricount_unit_start_timestamp_seconds", "When its main process started.");
  for (const auto& [unit, labels] : units) {
    if (unit.since) out.sample(seconds_of(*unit.since), labels);
  }
}

void add_last_deployment(Exposition& out, const model::Deployment& one) {
  out.gauge("nutricount_last_deployment_info", "The last deployment, and how it ended.");
  out.sample(1, {{"deployment", one.id}, {"command", one.command}, {"outcome", one.result}});
  out.gauge("nutricount_last_deployment_timestamp_seconds", "When the last deployment began.");
  out.sample(seconds_of(one.started));
  out.gauge("nutricount_last_deployment_duration_seconds", "What it took.");
  out.sample(one.seconds);
}

void add_deployments(Exposition& out, const Status& status) {
  out.counter("nutricount_deployments_total", "Deployments by how they ended.");
  for (const auto& [what, count] : status.outcomes) {
    out.sample(static_cast<double>(count), {{"command", what.first}, {"outcome", what.second}});
  }
  if (const auto* one = status.last()) add_last_deployment(out, *one);
  out.gauge("nutricount_last_downtime_seconds", "How long the application was down for the last.");
  if (const auto downtime = status.last_downtime()) out.sample(*downtime);
  const auto* one = status.live();
  if (one == nullptr) return;
  out.gauge("nutricount_last_success_timestamp_seconds", "When the last good deployment began.");
  out.sample(seconds_of(one->started));
  out.gauge("nutricount_deployed_commit_info", "The commit that is live.");
  out.sample(1, {{"commit", one->to}, {"deployment", one->id}});
}

void add_backups(Exposition& out, const Status& status) {
  out.gauge("nutricount_backups", "Complete backups.");
  out.sample(static_cast<double>(status.backups.size()));
  out.gauge("nutricount_backups_size_bytes", "Bytes that the backups hold.");
  out.sample(static_cast<double>(status.backup_bytes()));
  out.gauge("nutricount_backup_newest_timestamp_seconds", "When the newest backup was made.");
  if (!status.backups.empty()) out.sample(seconds_of(status.backups.back().time));
  out.gauge("nutricount_backup_interval_seconds", "How often one is expected.");
  if (const auto every = status.settings.backup.every; every > Milliseconds(0)) {
    out.sample(std::chrono::duration<double>(every).count());
  }
  out.gauge("nutricount_backup_verify_timestamp_seconds", "When one was verified last.");
  if (const auto verified = status.last_verification()) {
    out.sample(seconds_of(verified->time));
    out.gauge("nutricount_backups_damaged", "Backups that were found damaged.");
    out.sample(static_cast<double>(status.damaged().size()));
  }
}
}  // namespace

std::string metrics_prometheus(const Status& status) {
  Exposition out;
  out.gauge("nutricount_build_info", "The version that collected this.");
  out.sample(1, {{"version", NUTRICOUNT_DEPLOY_VERSION}});
  out.gauge("nutricount_collected_timestamp_seconds", "When this was collected.");
  out.sample(seconds_of(status.time));
  add_cpu(out, status.machine);
  if (status.machine.memory) add_memory(out, *status.machine.memory);
  add_disks(out, status.machine.disks);
  add_sensors(out, status.machine);
  add_load(out, status.machine);
  add_units(out, status);
  add_deployments(out, status);
  add_backups(out, status);
  return std::move(out).text();
}

}  // namespace nutricount::report
