#include "machine/machine.hpp"

#include "os/interruption.hpp"

namespace nutricount::machine {
namespace fs = std::filesystem;
namespace {
void add_cpu(Machine& machine, Milliseconds interval, const fs::path& root) {
  const auto before = read_cpu_seconds(root);
  if (!before) return;
  os::pause_for(interval);
  machine.cpu_seconds = read_cpu_seconds(root);
  if (machine.cpu_seconds) machine.cpu_shares = cpu_shares(*before, *machine.cpu_seconds);
}
}  // namespace

Machine observe(const std::vector<fs::path>& disks, Milliseconds interval, const fs::path& root) {
  Machine machine;
  if (interval > Milliseconds(0)) add_cpu(machine, interval, root);
  machine.memory = read_memory(root);
  for (const auto& path : disks) {
    if (auto disk = read_disk(path)) machine.disks.push_back(std::move(*disk));
  }
  machine.zones = read_thermal_zones(root);
  machine.throttling = read_throttling(root);
  machine.under_voltage = read_under_voltage(root);
  machine.load = read_load(root);
  machine.uptime_seconds = read_uptime(root);
  return machine;
}

}  // namespace nutricount::machine
