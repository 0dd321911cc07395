// Thermal zones: Documentation/ABI/testing/sysfs-class-thermal of the kernel.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nutricount::machine {

struct ThermalZone {
  std::string zone;  ///< "thermal_zone0"
  std::string type;  ///< "cpu-thermal", "x86_pkg_temp", …; the zone's name where it has none
  double celsius = 0;
};

/// Thousandths of a degree; nothing for what no sensor measures (a missing one may say -273 °C).
[[nodiscard]] std::optional<double> parse_celsius(std::string_view temp);
/// In the order of their numbers; those without a temperature are left out.
[[nodiscard]] std::vector<ThermalZone> read_thermal_zones(const std::filesystem::path& root = "/");
/// The machine's: of its hottest zone.
[[nodiscard]] std::optional<ThermalZone> hottest(const std::vector<ThermalZone>& zones);

}  // namespace nutricount::machine
