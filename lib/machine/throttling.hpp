// What makes a Raspberry Pi slow down: its firmware says so by the kernel driver
// raspberrypi-firmware ("get_throttled", as vcgencmd has it). Kernels without that file offer the
// voltage alone, by the driver raspberrypi-hwmon.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace nutricount::machine {

struct Throttling {
  struct Flags {
    bool under_voltage = false;
    bool frequency_capped = false;
    bool throttled = false;
    bool soft_temperature_limit = false;

    [[nodiscard]] bool any() const {
      return under_voltage || frequency_capped || throttled || soft_temperature_limit;
    }
    bool operator==(const Flags&) const = default;
  };
  Flags now;
  Flags since_boot;  ///< at any time
};

/// Bits 0 to 3 are now, 16 to 19 since boot: "50005" or "0x50005".
[[nodiscard]] std::optional<Throttling> parse_throttled(std::string_view hexadecimal);
/// Nothing on a machine whose kernel has no such file.
[[nodiscard]] std::optional<Throttling> read_throttling(const std::filesystem::path& root = "/");
/// Whether the supply's voltage is too low, of either file.
[[nodiscard]] std::optional<bool> read_under_voltage(const std::filesystem::path& root = "/");

}  // namespace nutricount::machine
