#include "report/page.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "report/chart.hpp"
#include "report/metrics.hpp"
#include "statuses.hpp"

namespace nutricount::report {
namespace {
using namespace std::chrono_literals;

bool has(const std::string& page, std::string_view text) {
  return page.find(text) != std::string::npos;
}

deploy::Samples samples() {
  deploy::Samples samples;
  for (int hour = 30; hour > 0; --hour) {
    samples.push_back({.time = moment(hour), .disks = {{"/", 60 + hour}}, .celsius = 40.0 + hour});
  }
  return samples;
}

std::ptrdiff_t count_of_moves(const std::string& path) {
  return std::count(path.begin(), path.end(), 'M');
}
}  // namespace

TEST_CASE("the page tells everything") {
  const auto page = metrics_html(everything(), 5, samples());
  for (const char* text :
       {"It runs, but look at this", "last update: ", "demo.service", "48.7 °C", "not throttled",
        "72 %", "20 GiB of 30 GiB", "Disk /srv/a &quot;b&quot;", "bbbbbbb", "Count kcal",
        "rolled-back", "exited with status 3", "4.50 s, down 1.25 s, by cron", "20261124_110000",
        "1507", "good<span", "Temperature"}) {
    CAPTURE(text);
    CHECK(has(page, text));
  }
}

TEST_CASE("what comes from outside can do nothing") {
  auto status = everything();
  const std::string evil = "</style></p><script>x</script><img src=x onerror='x'>\" onload=\"x&";
  status.settings.app.name = evil;
  for (auto& one : status.deployments) {
    one.subject = one.to = one.trigger = one.result = one.command = one.bad_reason = evil;
  }
  for (auto& unit : status.units) unit.unit = unit.active = unit.reason = evil;
  for (auto& disk : status.machine.disks) disk.path = evil;
  for (auto& zone : status.machine.zones) zone.type = evil;
  for (auto& one : status.backups) one.id = evil;
  status.problems = {evil};
  deploy::Samples seen = samples();
  for (auto& one : seen) one.disks = {{evil, 5}};
  const auto page = metrics_html(status, 5, seen);
  for (const char* text : {"<script", "<img", "onerror='", "\" onload", "</style></p>"}) {
    CAPTURE(text);
    CHECK_FALSE(has(page, text));
  }
  CHECK(has(page, "&lt;script&gt;"));
  CHECK(has(page, "&quot; onload=&quot;x&amp;"));
}

TEST_CASE("it needs nothing from elsewhere") {
  const auto page = metrics_html(everything(), 5, samples());
  for (const char* text : {"http:", "https:", "src=", "url(", "@import", "<link", "<script"}) {
    CAPTURE(text);
    CHECK_FALSE(has(page, text));
  }
}

TEST_CASE("a machine with nothing has a page, too") {
  deploy::Status nothing;
  nothing.time = moment(0);
  nothing.settings.backup.every = 0ms;
  CHECK(has(metrics_html(nothing, 5, {}), "All is well"));
  nothing.problems = {"services: there is no bus"};
  const auto page = metrics_html(nothing, 5, {});
  CHECK(has(page, "It runs, but look at this"));
  CHECK(has(page, "There is none yet"));
  CHECK(has(page, "No sample is recorded yet"));
  CHECK(has(page, "<li>not known: services: there is no bus</li>"));
}

TEST_CASE("an application that is down is what is told first") {
  auto status = everything();
  status.units.front().active = "failed";
  status.units.front().reason = "exited with status 3";
  const auto verdict = verdict_of(status).text;
  CHECK(has(verdict, "verdict bad"));
  CHECK(has(verdict, "<ul><li>demo.service: failed: exited with status 3"));
}

TEST_CASE("a chart's line is broken where nothing is known") {
  Chart chart{.title = "T", .unit = " %", .points = {}, .limit = 80};
  CHECK(draw(chart).text.empty());
  chart.points = {{moment(20), 10}, {moment(19), 20}, {moment(5), 30}, {moment(4), 90}};
  const auto drawn = draw(chart).text;
  const auto line = drawn.substr(drawn.find("class=\"line\""));
  CHECK(count_of_moves(line) == 2);
  CHECK(has(line, "M0.0 90.0h0L62.5 80.0M937.5 70.0h0L1000.0 10.0"));
  CHECK(has(drawn, "<b class=\"bad\">90 %</b>"));
}

TEST_CASE("a chart's scale reaches as far as its values") {
  Chart chart{.title = "T",
              .unit = " °C",
              .points = {{moment(1), -5}, {moment(0), 104}},
              .least = 20,
              .most = 90,
              .limit = 80};
  const auto drawn = draw(chart).text;
  CHECK(has(drawn, "<span>110 °C</span><span>50 °C</span><span>-10 °C</span>"));
  chart.points.resize(1);
  CHECK(count_of_moves(draw(chart).text) == 5);  // three of the grid, the limit, a dot
}

}  // namespace nutricount::report
