#include "report/metrics.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "report/exposition.hpp"
#include "statuses.hpp"

namespace nutricount::report {
namespace {
std::string golden(const char* name) {
  std::ifstream file(std::string(NUTRICOUNT_UNIT_TESTS "/report/") + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string without_version(std::string text) {
  const std::string version = NUTRICOUNT_DEPLOY_VERSION;
  text.replace(text.find('"' + version + '"') + 1, version.size(), "VERSION");
  return text;
}
}  // namespace

TEST_CASE("text: the sections of the script, and lines of their kind") {
  CHECK(metrics_text(everything(), 1) == golden("metrics.txt"));
}

TEST_CASE("text: what is not known is left out") {
  deploy::Status nothing;
  nothing.time = moment(0);
  CHECK(metrics_text(nothing, 5) ==
        "=== System Metrics ===\n\n=== Service Status ===\n\n=== Recent Deployments ===\nOutcomes: "
        "none\n\n"
        "=== Backups ===\nCount: 0 (0 B)\n");
}

TEST_CASE("text: what comes from outside is one line") {
  auto status = everything();
  status.deployments.back().subject = "two\nlines \x1b[31m";
  const auto text = metrics_text(status, 1);
  CHECK(text.find("two\\nlines \\x1b[31m") != std::string::npos);
}

TEST_CASE("text: damage is told") {
  auto status = everything();
  status.verifications["20261124_080001"].good = false;
  const auto text = metrics_text(status, 0);
  CHECK(text.find("Verified: damaged (1 h ago)\nDamaged: 20261124_080001\n") != std::string::npos);
}

// The file is what promtool is given in tests/cli.
TEST_CASE("prometheus: every metric there is") {
  CHECK(without_version(metrics_prometheus(everything())) == golden("metrics.prom"));
}

TEST_CASE("prometheus: what is not known is absent, and so is its family") {
  deploy::Status nothing;
  nothing.settings.backup.every = Milliseconds(0);
  const auto text = metrics_prometheus(nothing);
  for (const char* name : {"cpu", "memory", "swap", "disk", "temperature", "thrott", "load", "unit",
                           "deploy", "newest", "verify", "damaged", "downtime", "uptime"}) {
    CAPTURE(name);
    CHECK(text.find(std::string("nutricount_") + name) == std::string::npos);
  }
  CHECK(text.find("nutricount_backups 0\n") != std::string::npos);
}

TEST_CASE("prometheus: label values are escaped") {
  Exposition out;
  out.gauge("a", "b");
  out.sample(0.5, {{"x", "q\"b\\n\n\xff"}, {"y", "ü"}});
  out.gauge("none", "of these");
  CHECK(std::move(out).text() ==
        "# HELP a b\n# TYPE a gauge\na{x=\"q\\\"b\\\\n\\\\n\\\\xff\",y=\"ü\"} 0.5\n");
}

TEST_CASE("prometheus: numbers keep their digits") {
  Exposition out;
  out.counter("c_total", "d");
  out.sample(1795812537.102);
  out.sample(123456789012345678.0);
  const auto text = std::move(out).text();
  CHECK(text.find("c_total 1795812537.102\n") != std::string::npos);
  CHECK(text.find("c_total 1.2345678901234568e+17\n") != std::string::npos);
}

TEST_CASE("json: what is known") {
  const auto json = metrics_json(everything(), 1);
  CHECK(json.at("timestamp") == "2026-11-24T12:00:00.000Z");
  CHECK(json.at("cpu").at("ratio").at("user") == 0.125);
  CHECK(json.at("cpu").at("busy_ratio") == doctest::Approx(0.175));
  CHECK(json.at("memory").at("used_percent") == 25);
  CHECK(json.at("disks").size() == 2);
  CHECK(json.at("disks")[0].at("used_percent") == 72);
  CHECK(json.at("temperature").at("celsius") == 48.686);
  CHECK(json.at("throttling").at("since_boot").at("under_voltage") == true);
  CHECK(json.at("services").size() == 2);
  CHECK(json.at("deployments").at("counts").at("update").at("rolled-back") == 1);
  CHECK(json.at("deployments").at("recent").size() == 1);
  CHECK(json.at("deployments").at("live").at("deployment") == "20261124_080000");
  CHECK(json.at("backups").at("newest").at("age_seconds") == 3600);
  CHECK(json.at("backups").at("verified").at("damaged").empty());
  REQUIRE(json.at("failed_checks").size() == 1);
  CHECK(json.at("failed_checks")[0].at("name") == "last update");
}

TEST_CASE("json: what is not known is left out") {
  const auto json = metrics_json({}, 5);
  for (const char* key : {"cpu", "memory", "swap", "temperature", "throttling", "under_voltage",
                          "load", "uptime_seconds"}) {
    CAPTURE(key);
    CHECK_FALSE(json.contains(key));
  }
  CHECK(json.at("disks").empty());
  CHECK_FALSE(json.at("deployments").contains("live"));
  CHECK_FALSE(json.at("backups").contains("newest"));
}

}  // namespace nutricount::report
