#include "machine/temperature.hpp"

#include <algorithm>

#include "base/line.hpp"
#include "base/printable.hpp"
#include "machine/text.hpp"

namespace nutricount::machine {
namespace fs = std::filesystem;
namespace {
constexpr std::string_view kZone = "thermal_zone";

std::optional<ThermalZone> read_zone(const fs::path& directory) {
  const auto temp = read_text(directory / "temp");
  const auto celsius = temp ? parse_celsius(*temp) : std::nullopt;
  if (!celsius) return std::nullopt;
  const std::string zone = directory.filename().string();
  std::string type = printable(trimmed(read_text(directory / "type").value_or("")));
  return ThermalZone{.zone = zone, .type = type.empty() ? zone : type, .celsius = *celsius};
}
}  // namespace

std::optional<double> parse_celsius(std::string_view temp) {
  constexpr int kLowest = -100'000;
  constexpr int kHighest = 1'000'000;
  const auto thousandths = number_in<int>(trimmed(temp));
  if (!thousandths || *thousandths < kLowest || *thousandths > kHighest) return std::nullopt;
  return *thousandths / 1000.0;
}

std::vector<ThermalZone> read_thermal_zones(const fs::path& root) {
  std::vector<std::pair<unsigned, fs::path>> directories;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(root / "sys/class/thermal", none)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kZone)) continue;
    if (const auto number = number_in<unsigned>(std::string_view(name).substr(kZone.size()))) {
      directories.emplace_back(*number, entry.path());
    }
  }
  std::sort(directories.begin(), directories.end());
  std::vector<ThermalZone> zones;
  for (const auto& [number, directory] : directories) {
    if (auto zone = read_zone(directory)) zones.push_back(std::move(*zone));
  }
  return zones;
}

std::optional<ThermalZone> hottest(const std::vector<ThermalZone>& zones) {
  const auto zone = std::max_element(zones.begin(), zones.end(), [](const auto& a, const auto& b) {
    return a.celsius < b.celsius;
  });
  if (zone == zones.end()) return std::nullopt;
  return *zone;
}

}  // namespace nutricount::machine
