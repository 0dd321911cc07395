#include <doctest/doctest.h>

#include "machine/machine.hpp"
#include "made_up.hpp"

namespace nutricount::machine {
namespace {
/// As a Raspberry Pi 4 with Raspberry Pi OS has it.
struct Pi : MadeUp {
  Pi() {
    file("proc/stat", "cpu  100 0 50 1000 10 0 0 0 0 0\n");
    file("proc/meminfo", "MemTotal: 3884360 kB\nMemAvailable: 3200000 kB\n");
    file("proc/loadavg", "0.10 0.20 0.30 1/200 999\n");
    file("proc/uptime", "86400.00 300000.00\n");
    file("sys/class/thermal/thermal_zone0/type", "cpu-thermal\n");
    file("sys/class/thermal/thermal_zone0/temp", "48686\n");
    file(throttled, "50005\n");
    file("sys/class/hwmon/hwmon0/name", "cpu_thermal\n");
    file("sys/class/hwmon/hwmon1/name", "rpi_volt\n");
    file("sys/class/hwmon/hwmon1/in0_lcrit_alarm", "1\n");
  }
  const std::string throttled = "sys/devices/platform/soc/soc:firmware/get_throttled";
};
}  // namespace

TEST_CASE("thermal zones come by number, with their types") {
  const MadeUp machine;
  for (const auto& [zone, type, temp] : {std::tuple{"thermal_zone0", "cpu-thermal\n", "48686\n"},
                                         std::tuple{"thermal_zone10", "gpu\n", "51000\n"},
                                         std::tuple{"thermal_zone2", "\n", "-5000\n"},
                                         std::tuple{"thermal_zone3", "off\n", "-273200\n"},
                                         std::tuple{"thermal_zone4", "odd\n", "warm\n"}}) {
    machine.file(std::string("sys/class/thermal/") + zone + "/type", type);
    machine.file(std::string("sys/class/thermal/") + zone + "/temp", temp);
  }
  machine.file("sys/class/thermal/cooling_device0/type", "Fan\n");
  const auto zones = read_thermal_zones(machine.root);
  REQUIRE(zones.size() == 3);
  CHECK(zones[0].type == "cpu-thermal");
  CHECK(zones[0].celsius == doctest::Approx(48.686));
  CHECK(zones[1].type == "thermal_zone2");
  CHECK(zones[1].celsius == doctest::Approx(-5));
  const auto hot = hottest(zones);
  REQUIRE(hot);
  CHECK(hot->zone == "thermal_zone10");
  CHECK_FALSE(hottest({}));
}

TEST_CASE("the bits of a throttled Pi") {
  const auto throttling = parse_throttled("0x50005\n");
  REQUIRE(throttling);
  CHECK(throttling->now.under_voltage);
  CHECK(throttling->now.throttled);
  CHECK_FALSE(throttling->now.frequency_capped);
  CHECK_FALSE(throttling->now.soft_temperature_limit);
  CHECK(throttling->since_boot == throttling->now);
  const auto heat = parse_throttled("a0008");
  REQUIRE(heat);
  CHECK(heat->now.soft_temperature_limit);
  CHECK(heat->since_boot.frequency_capped);
  CHECK_FALSE(parse_throttled("0")->now.any());
  for (const char* text : {"", "0x", "throttled", "-1", "123456789"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_throttled(text));
  }
}

TEST_CASE("the state of a Pi is found by its driver too, or the voltage alone") {
  const Pi pi;
  CHECK(read_throttling(pi.root)->now.throttled);
  std::filesystem::remove(pi.root / pi.throttled);
  CHECK_FALSE(read_throttling(pi.root));
  CHECK(read_under_voltage(pi.root).value_or(false));
  pi.file("sys/bus/platform/drivers/raspberrypi-firmware/soc:firmware/get_throttled", "0\n");
  CHECK_FALSE(read_throttling(pi.root)->now.any());
  CHECK_FALSE(read_under_voltage(pi.root).value_or(true));
}

TEST_CASE("everything that a Pi tells") {
  const Pi pi;
  const auto seen = observe({"/", "/nonexistent"}, Milliseconds(1), pi.root);
  CHECK(seen.cpu_seconds);
  CHECK_FALSE(seen.cpu_shares);  // nothing passed between the two readings
  CHECK(seen.memory);
  CHECK(seen.disks.size() == 1);
  CHECK(seen.zones.size() == 1);
  CHECK(seen.throttling);
  CHECK(seen.under_voltage.value_or(false));
  CHECK(seen.load);
  CHECK(seen.uptime_seconds.value_or(0) == doctest::Approx(86400));
  CHECK_FALSE(observe({}, Milliseconds(0), pi.root).cpu_seconds);
}

TEST_CASE("a machine that tells nothing has nothing") {
  const MadeUp nothing;
  const auto seen = observe({}, Milliseconds(1), nothing.root);
  CHECK_FALSE(seen.cpu_seconds);
  CHECK_FALSE(seen.memory);
  CHECK(seen.disks.empty());
  CHECK(seen.zones.empty());
  CHECK_FALSE(seen.throttling);
  CHECK_FALSE(seen.under_voltage);
  CHECK_FALSE(seen.load);
  CHECK_FALSE(seen.uptime_seconds);
}

TEST_CASE("this machine") {
  const auto seen = observe({"/"}, Milliseconds(50));
  CHECK(seen.cpu_seconds);
  CHECK(seen.memory);
  CHECK(seen.disks.size() == 1);
  CHECK(seen.uptime_seconds.value_or(0) > 0);
}

}  // namespace nutricount::machine
