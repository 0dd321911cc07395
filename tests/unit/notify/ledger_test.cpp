#include "notify/ledger.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "os/file.hpp"
#include "scratch.hpp"

namespace nutricount::notify {
namespace {
Ledger some() {
  Ledger ledger{.deployment = "20261124_101500", .runs = {}, .owed = {}};
  const Timestamp time{std::chrono::hours(1000)};
  ledger.runs["health"] = {{"down"}, time, time, 2};
  Alert alert{.title = "updated", .facts = {}, .commands = {}};
  CHECK_FALSE(owe(ledger, std::move(alert), {"slack", "json"}, time));
  ledger.owed[0].to["slack"] = {.all = 3, .refused = 1};
  return ledger;
}
}  // namespace

TEST_CASE("a ledger is read as it was written") {
  const Scratch place;
  write_ledger(place.root / "alerts", some());
  const auto read = read_ledger(place.root / "alerts");
  CHECK(text_of(read) == text_of(some()));
  CHECK_FALSE(read.fresh);
  CHECK(read.runs.at("health").times == 2);
  CHECK(read.owed.at(0).to.at("slack").all == 3);
  CHECK(read.owed.at(0).to.at("json").refused == 0);
}

TEST_CASE("one that is missing is a fresh one; one that is damaged is refused") {
  const Scratch place;
  CHECK(read_ledger(place.root / "alerts").fresh);
  const std::string whole = text_of(some());
  for (const auto& text :
       {std::string(), std::string("{}"), whole.substr(0, whole.size() / 2),
        std::string(R"({"version": 2, "deployment": "", "runs": {}, "owed": []})")}) {
    os::write_durably(place.root / "alerts", text);
    CHECK_THROWS_AS(static_cast<void>(read_ledger(place.root / "alerts")), Error);
  }
}

TEST_CASE("of a write that was killed the old one stays") {
  const Scratch place;
  write_ledger(place.root / "alerts", some());
  os::write_durably(place.root / "alerts.new", text_of(some()).substr(0, 40));
  CHECK(text_of(read_ledger(place.root / "alerts")) == text_of(some()));
  write_ledger(place.root / "alerts", some());
  CHECK_FALSE(os::look_at(place.root / "alerts.new"));
}

TEST_CASE("no more than 50 are owed: the oldest goes, and is named") {
  Ledger ledger;
  int gone = 0;
  for (int i = 0; i < 60; ++i) {
    Alert alert{.title = std::to_string(i), .facts = {}, .commands = {}};
    const auto oldest = owe(ledger, std::move(alert), {"slack"}, Timestamp());
    CHECK(oldest.has_value() == (i >= 50));
    if (oldest) CHECK(oldest->alert.title == std::to_string(gone++));
  }
  CHECK(ledger.owed.size() == 50);
  CHECK(ledger.owed.front().alert.title == "10");
  CHECK(ledger.owed.back().alert.title == "59");
}

TEST_CASE("what is refused is given up sooner than what an outage keeps") {
  using std::chrono::hours;
  const Timestamp queued{hours(1000)};
  const Owed owed{.alert = {.facts = {}, .commands = {}}, .since = queued, .to = {}};
  CHECK_FALSE(is_hopeless(owed, {.all = 19, .refused = 19}, queued));
  CHECK(is_hopeless(owed, {.all = 20, .refused = 20}, queued));
  CHECK_FALSE(is_hopeless(owed, {.all = 5000, .refused = 19}, queued + hours(168)));
  CHECK(is_hopeless(owed, {.all = 20, .refused = 0}, queued + hours(169)));
  CHECK_FALSE(is_hopeless(owed, {.all = 1, .refused = 0}, queued + hours(10'000)));
  CHECK_FALSE(is_hopeless(owed, {.all = 5000, .refused = 0}, Timestamp()));
}

}  // namespace nutricount::notify
