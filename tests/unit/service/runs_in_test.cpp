#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "service/manager.hpp"
#include "waiting.hpp"

#include <doctest/doctest.h>

namespace nutricount::service {
namespace {
/// The units in this process's control group: "cron.service", "user.slice".
std::vector<std::string> own_units() {
  std::vector<std::string> units;
  std::ifstream lines("/proc/self/cgroup");
  for (std::string line; std::getline(lines, line);) {
    const auto slash = line.find('/');
    if (slash == line.npos) continue;
    for (const auto& part : std::filesystem::path(line.substr(slash))) {
      for (const char* type : {".service", ".scope", ".slice"}) {
        if (part.string().ends_with(type)) units.push_back(part);
      }
    }
  }
  return units;
}
}  // namespace

TEST_CASE("a process that no unit started runs in none") {
  CHECK_FALSE(runs_in({}));
  for (const char* unit :
       {"nutricount-unit-test", "nutricount-unit-test.service", "", "/", ".",
        "nutricount-unit-test.timer", "0::", "name=systemd:", "system.slice/x"}) {
    CAPTURE(unit);
    CHECK_FALSE(runs_in({unit}));
  }
}

TEST_CASE("a process runs in the units of its control group, and in the slices above" *
          doctest::skip(own_units().empty())) {
  for (const auto& unit : own_units()) {
    CAPTURE(unit);
    CHECK(runs_in({unit}));
    CHECK(runs_in({"nutricount-unit-test", unit}));
    CHECK_FALSE(runs_in({unit + "x"}));
    CHECK_FALSE(runs_in({unit.substr(1)}));
    const std::string service = ".service";
    if (unit.ends_with(service)) CHECK(runs_in({unit.substr(0, unit.size() - service.size())}));
  }
}

}  // namespace nutricount::service
