#include "machine/throttling.hpp"

#include <cstdint>

#include "base/line.hpp"
#include "machine/text.hpp"

namespace nutricount::machine {
namespace fs = std::filesystem;
namespace {
Throttling::Flags flags_of(std::uint32_t bits) {
  return {.under_voltage = (bits & 1U) != 0,
          .frequency_capped = (bits & 2U) != 0,
          .throttled = (bits & 4U) != 0,
          .soft_temperature_limit = (bits & 8U) != 0};
}

std::optional<Throttling> throttling_in(const fs::path& directory) {
  const auto text = read_text(directory / "get_throttled");
  return text ? parse_throttled(*text) : std::nullopt;
}

/// The alarm of the voltage sensor "rpi_volt".
std::optional<bool> voltage_alarm(const fs::path& root) {
  std::error_code none;
  for (const auto& sensor : fs::directory_iterator(root / "sys/class/hwmon", none)) {
    if (trimmed(read_text(sensor.path() / "name").value_or("")) != "rpi_volt") continue;
    const std::string alarm = read_text(sensor.path() / "in0_lcrit_alarm").value_or("");
    if (const auto value = number_in<int>(trimmed(alarm))) return *value != 0;
  }
  return std::nullopt;
}
}  // namespace

std::optional<Throttling> parse_throttled(std::string_view hexadecimal) {
  constexpr unsigned kSinceBoot = 16;
  std::string_view digits = trimmed(hexadecimal);
  if (digits.starts_with("0x")) digits.remove_prefix(2);
  const auto bits = number_in<std::uint32_t>(digits, 16);
  if (!bits) return std::nullopt;
  return Throttling{.now = flags_of(*bits), .since_boot = flags_of(*bits >> kSinceBoot)};
}

std::optional<Throttling> read_throttling(const fs::path& root) {
  // The device's own directory is called soc:firmware, or otherwise, by model.
  std::error_code none;
  const fs::path driver = root / "sys/bus/platform/drivers/raspberrypi-firmware";
  for (const auto& device : fs::directory_iterator(driver, none)) {
    if (const auto found = throttling_in(device.path())) return found;
  }
  return throttling_in(root / "sys/devices/platform/soc/soc:firmware");
}

std::optional<bool> read_under_voltage(const fs::path& root) {
  if (const auto throttling = read_throttling(root)) return throttling->now.under_voltage;
  return voltage_alarm(root);
}

}  // namespace nutricount::machine
