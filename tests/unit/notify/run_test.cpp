#include "notify/run.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace nutricount::notify {
using namespace std::chrono_literals;

TEST_CASE("the same failure is told at once, then after 1 hour, 4, 12, and every 24") {
  const Timestamp start{100h};
  std::optional<Run> run;
  std::vector<int> told;
  for (int hour = 0; hour <= 90; ++hour) {
    const auto verdict = judge(run, "down", start + std::chrono::hours(hour));
    if (verdict.tell) told.push_back(hour);
    CHECK_FALSE(verdict.over);
    run = verdict.run;
  }
  CHECK(told == std::vector<int>{0, 1, 5, 17, 41, 65, 89});
  const auto end = judge(run, "", start + 91h);
  CHECK(end.over);
  CHECK(end.began == start);
  CHECK_FALSE(end.run);
  CHECK_FALSE(judge(end.run, "", start + 92h).over);
}

TEST_CASE("another failure is told at once; the run goes on") {
  const Timestamp start{100h};
  const auto first = judge(std::nullopt, "refused", start);
  const auto other = judge(first.run, "HTTP 503", start + 10min);
  CHECK(other.tell);
  CHECK(other.run->since == start);
  CHECK_FALSE(judge(other.run, "HTTP 503", start + 20min).tell);
  CHECK(judge(other.run, "", start + 30min).began == start);
}

TEST_CASE("failures that take turns are told once each, and then as one run") {
  const Timestamp start{100h};
  std::optional<Run> run;
  std::vector<int> told;
  for (int minute = 0; minute <= 130; minute += 5) {
    const auto verdict =
        judge(run, minute % 2 == 0 ? "refused" : "HTTP 503", start + std::chrono::minutes(minute));
    if (verdict.tell) told.push_back(minute);
    run = verdict.run;
  }
  CHECK(told == std::vector<int>{0, 5, 65});
  for (int i = 0; i < 100; ++i) {
    const auto verdict = judge(run, std::to_string(i), start + 3h);
    CHECK(verdict.tell);
    run = verdict.run;
    CHECK(run->failures.size() <= 20);
  }
}

TEST_CASE("a clock that went back does not silence it") {
  const auto first = judge(std::nullopt, "down", Timestamp(100h));
  CHECK(judge(first.run, "down", Timestamp(1h)).tell);
}

}  // namespace nutricount::notify
