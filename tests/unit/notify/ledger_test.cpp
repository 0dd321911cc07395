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
  ledger.runs["health"] = {"down", time, time, 2};
  owe(ledger, {.title = "updated", .facts = {}, .commands = {}}, {"slack", "json"});
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
  CHECK(read.owed.at(0).to.size() == 2);
}

TEST_CASE("one that is missing or damaged is a fresh one") {
  const Scratch place;
  CHECK(read_ledger(place.root / "alerts").fresh);
  const std::string whole = text_of(some());
  for (const auto& text :
       {std::string(), std::string("{}"), whole.substr(0, whole.size() / 2),
        std::string(R"({"version": 2, "deployment": "", "runs": {}, "owed": []})")}) {
    os::write_durably(place.root / "alerts", text);
    CHECK(read_ledger(place.root / "alerts").fresh);
    CHECK_THROWS_AS(static_cast<void>(parse_ledger(text)), Error);
  }
}

TEST_CASE("no more than 50 are owed: the oldest goes") {
  Ledger ledger;
  for (int i = 0; i < 60; ++i) {
    owe(ledger, {.title = std::to_string(i), .facts = {}, .commands = {}}, {"slack"});
  }
  owe(ledger, {.title = "to nobody", .facts = {}, .commands = {}}, {});
  CHECK(ledger.owed.size() == 50);
  CHECK(ledger.owed.front().alert.title == "10");
  CHECK(ledger.owed.back().alert.title == "59");
}

}  // namespace nutricount::notify
