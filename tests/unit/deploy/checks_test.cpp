#include "deploy/checks.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace nutricount::deploy {
using namespace std::chrono_literals;
namespace {
Status good_status() {
  Status status{};
  status.time = Timestamp(100h);
  status.units = {{.unit = "demo.service", .active = "active", .sub = "running", .restarts = 1}};
  status.units[0].since = status.time - 2h;
  status.machine.disks = {{.path = "/", .size = 100, .used = 80, .available = 20}};
  status.machine.memory = machine::Memory{.total = 100, .available = 50};
  status.machine.zones = {{.zone = "thermal_zone0", .type = "cpu-thermal", .celsius = 61.24}};
  status.deployments = {{.id = "20261124_101500",
                         .started = status.time - 3h,
                         .result = "updated",
                         .to = "8ab41d0a",
                         .downtime_seconds = 1.3}};
  status.backups = {{.id = "20261124_101500", .time = status.time - 3h}};
  return status;
}

const Check& named(const std::vector<Check>& checks, const std::string& name) {
  const auto found = std::find_if(checks.begin(), checks.end(),
                                  [&](const auto& check) { return check.name == name; });
  REQUIRE_MESSAGE(found != checks.end(), name);
  return *found;
}

HealthSeen healthy() {
  return {.healthy = true, .status = 200, .attempts = 1, .seconds = 0.012, .reason = "200 healthy"};
}
}  // namespace

TEST_CASE("all is well") {
  const auto found = checks(good_status(), {.application = healthy(), .webhook = {}});
  CHECK(std::all_of(found.begin(), found.end(), [](const auto& check) { return check.good; }));
  CHECK(named(found, "application").detail == "200 healthy, 12 ms, 8ab41d0, up 2 h");
  CHECK(named(found, "demo.service").detail == "active, since 2 h, 1 restart");
  CHECK(named(found, "disk /").detail == "80 % used, 20 B free");
  CHECK(named(found, "memory").detail == "50 % used, 50 B available");
  CHECK(named(found, "temperature").detail == "61.2 °C");
  CHECK(named(found, "last update").detail == "3 h ago, updated, down for 1.30 s");
  CHECK(named(found, "backups").detail == "1, newest 3 h old, next due in 21 h");
}

TEST_CASE("each check can fail, and says why") {
  auto status = good_status();
  const auto fails = [&](const std::string& name) {
    const auto found = checks(status, {.application = healthy(), .webhook = {}});
    const auto& check = named(found, name);
    CHECK_FALSE(check.good);
    return check.detail;
  };
  status.units[0] = {.unit = "demo.service", .active = "failed", .reason = "exited with status 1"};
  CHECK(fails("demo.service") == "failed: exited with status 1, 0 restarts");
  status.units[0].exists = false;
  CHECK(fails("demo.service").starts_with("there is no such unit"));
  status.machine.disks[0].available = 19;
  status.machine.disks[0].used = 81;
  CHECK(fails("disk /") == "81 % used, 19 B free (limit 80 %)");
  status.machine.memory->available = 9;
  CHECK(fails("memory") == "91 % used, 9 B available (limit 90 %)");
  status.machine.zones[0].celsius = 80.5;
  CHECK(fails("temperature") == "80.5 °C (limit 80 °C)");
  status.machine.under_voltage = true;
  CHECK(fails("power") == "the supply's voltage is too low");
  status.deployments[0].result = "rolled-back";
  status.deployments[0].bad_reason = "HTTP 503";
  CHECK(fails("last update") == "3 h ago, rolled-back, down for 1.30 s: HTTP 503");
  status.settings.backup.every = 1h;
  CHECK(fails("backups") == "1, newest 3 h old, overdue by 2 h");
  status.settings.backup.every = 24h;
  status.verifications = {{"20261124_101500", {status.time, false}}};
  CHECK(fails("backups") == "1, newest 3 h old, next due in 21 h, damaged: 20261124_101500");
  status.backups.clear();
  CHECK(fails("backups") == "there is none");
}

TEST_CASE("the last deployment is well where it is what runs now") {
  auto status = good_status();
  for (const auto& [command, result, good] :
       {std::tuple{"update", "updated", true}, std::tuple{"rollback", "rolled-back", true},
        std::tuple{"update", "rolled-back", false}, std::tuple{"rollback", "failed", false}}) {
    status.deployments[0].command = command;
    status.deployments[0].result = result;
    CHECK(failed_checks(status).empty() == good);
  }
}

TEST_CASE("what the machine lacks is not looked at") {
  auto status = good_status();
  status.machine = {};
  status.deployments.clear();
  status.backups.clear();
  status.settings.backup.every = 0ms;
  const auto found = checks(status, {});
  CHECK(found.size() == 1);
  CHECK(found.at(0).name == "demo.service");
}

TEST_CASE("a webhook that does not answer is missed where there is a unit of it") {
  auto status = good_status();
  const HealthSeen refused{.reason = "connection refused"};
  const auto has = [&](const std::vector<Check>& found) {
    return std::any_of(found.begin(), found.end(),
                       [](const auto& check) { return check.name == "webhook"; });
  };
  CHECK_FALSE(has(checks(status, {.application = {}, .webhook = refused})));
  CHECK(has(checks(status, {.application = {}, .webhook = healthy()})));
  status.webhook = {.unit = "nutricount-webhook.service", .active = "active"};
  const auto found = checks(status, {.application = {}, .webhook = refused});
  CHECK_FALSE(named(found, "webhook").good);
  CHECK(named(found, "nutricount-webhook.service").good);
}

TEST_CASE("the verdict counts what the settings name") {
  const std::vector<Check> found{{"application", "application", true, ""},
                                 {"disk", "disk /", false, ""}};
  config::Health settings;
  CHECK(all_critical_good(found, settings));
  settings.critical = {"application", "disk"};
  CHECK_FALSE(all_critical_good(found, settings));
}

}  // namespace nutricount::deploy
