// The machine as its kernel tells of it. What it lacks is absent, and never 0.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "machine/cpu.hpp"
#include "machine/disk.hpp"
#include "machine/load.hpp"
#include "machine/memory.hpp"
#include "machine/temperature.hpp"
#include "machine/throttling.hpp"

namespace nutricount::machine {

struct Machine {
  std::optional<ByMode> cpu_seconds;  ///< since boot
  std::optional<ByMode> cpu_shares;   ///< over the interval
  std::optional<Memory> memory;
  std::vector<Disk> disks;
  std::vector<ThermalZone> zones;
  std::optional<Throttling> throttling;
  std::optional<bool> under_voltage;
  std::optional<Load> load;
  std::optional<double> uptime_seconds;
};

/// Reads all of it. Sleeps for `interval` between two readings of processor time; reads none where
/// it is 0. `root` holds proc and sys; the disks are those of the paths themselves.
[[nodiscard]] Machine observe(const std::vector<std::filesystem::path>& disks,
                              Milliseconds interval, const std::filesystem::path& root = "/");

}  // namespace nutricount::machine
