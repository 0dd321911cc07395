#include "deploy/news.hpp"

#include <doctest/doctest.h>

namespace nutricount::deploy {
using namespace std::chrono_literals;
using notify::Event;
namespace {
const Timestamp kNow{1000h};

model::Deployment deployment(const std::string& id, const std::string& result,
                             const std::string& command = "update") {
  model::Deployment one;
  one.id = id;
  one.command = command;
  one.started = kNow;
  one.result = result;
  one.from = "aaaaaaaaaa";
  one.to = "bbbbbbbbbb";
  one.subject = "Shopping list";
  return one;
}

std::vector<std::string> titles(const std::vector<notify::Alert>& alerts) {
  std::vector<std::string> found;
  for (const auto& one : alerts) found.push_back(one.title);
  return found;
}
}  // namespace

TEST_CASE("what nobody was told of yet is news, whoever ended it") {
  notify::Ledger ledger{.deployment = "1", .runs = {}, .owed = {}};
  auto failed = deployment("3", "failed");
  failed.error = "no space";
  failed.hint = "free some";
  failed.hands = {"systemctl start demo.service"};
  const model::Deployments all{deployment("1", "updated"), deployment("2", "rolled-back"), failed};
  const auto told = news(ledger, all, {}, kNow);
  REQUIRE(told.size() == 2);
  CHECK(told[0].event == Event::kRolledBack);
  CHECK(told[0].title == "update to bbbbbbb Shopping list was rolled back: aaaaaaa runs");
  CHECK(told[1].event == Event::kFailed);
  CHECK(told[1].title == "update to bbbbbbb Shopping list failed: hands are needed");
  CHECK(told[1].text == "no space\nfree some");
  CHECK(told[1].commands == failed.hands);
  CHECK(ledger.deployment == "3");
  CHECK(news(ledger, all, {}, kNow).empty());
}

TEST_CASE("where nothing was ever told the past is no news") {
  notify::Ledger ledger;
  const model::Deployments all{deployment("1", "updated"), deployment("2", "updated")};
  CHECK(news(ledger, all, {}, kNow).empty());
  CHECK(ledger.deployment == "2");
  notify::Ledger other;
  Happened mine;
  mine.made = deployment("2", "updated");
  CHECK(titles(news(other, all, mine, kNow)) ==
        std::vector<std::string>{"updated to bbbbbbb Shopping list"});
}

TEST_CASE("a commit that fails again and again is told once, and that it is over") {
  notify::Ledger ledger{.deployment = "0", .runs = {}, .owed = {}};
  model::Deployments all{deployment("0", "updated"), deployment("1", "rolled-back")};
  CHECK(news(ledger, all, {}, kNow).size() == 1);
  all.push_back(deployment("2", "rolled-back"));
  CHECK(news(ledger, all, {}, kNow + 5min).empty());
  Happened blocked;
  blocked.failure = Failure{"bbbbbbb is marked bad", "--force"};
  blocked.blocked = true;
  CHECK(news(ledger, all, blocked, kNow + 10min).empty());
  all.push_back(deployment("3", "updated"));
  const auto over = news(ledger, all, {}, kNow + 2h);
  REQUIRE(over.size() == 1);
  CHECK(over[0].event == Event::kSucceeded);
  CHECK(over[0].facts.back() == std::pair<std::string, std::string>{"failed before for", "2 h"});
}

TEST_CASE("what the history has not got yet is told all the same, and how it ended") {
  notify::Ledger ledger{.deployment = "1", .runs = {}, .owed = {}};
  model::Deployments all{deployment("1", "updated")};
  Happened unfinished;
  unfinished.made = deployment("2", "failed");
  unfinished.made->hands = {"nutricount-deploy rollback --resume"};
  const auto told = news(ledger, all, unfinished, kNow);
  REQUIRE(told.size() == 1);
  CHECK(told[0].commands == unfinished.made->hands);
  CHECK(news(ledger, all, unfinished, kNow + 5min).empty());
  all.push_back(deployment("2", "rolled-back"));
  Happened settled;
  settled.made = all.back();
  const auto over = news(ledger, all, settled, kNow + 10min);
  REQUIRE(over.size() == 1);
  CHECK(over[0].event == Event::kRolledBack);
  CHECK(ledger.deployment == "2");
}

TEST_CASE("what somebody left by hand is blocked in silence") {
  notify::Ledger ledger{.deployment = "1", .runs = {}, .owed = {}};
  model::Deployments all{deployment("1", "updated"), deployment("2", "rolled-back", "rollback")};
  CHECK(news(ledger, all, {}, kNow).size() == 1);
  Happened blocked;
  blocked.blocked = true;
  blocked.failure = Failure{"bbbbbbb is marked bad", "--force"};
  CHECK(news(ledger, all, blocked, kNow + 5min).empty());
  CHECK(ledger.runs.empty());
}

TEST_CASE("a rollback on probation is a failure of the update, of which the block is the rest") {
  notify::Ledger ledger{.deployment = "1", .runs = {}, .owed = {}};
  model::Deployments all{deployment("1", "updated"), deployment("2", "rolled-back", "rollback")};
  all.back().trigger = model::kProbation;
  CHECK(news(ledger, all, {}, kNow).size() == 1);
  Happened blocked;
  blocked.blocked = true;
  blocked.failure = Failure{"bbbbbbb is marked bad", "--force"};
  CHECK(news(ledger, all, blocked, kNow + 5min).empty());
  CHECK(news(ledger, all, blocked, kNow + 61min).size() == 1);
}

TEST_CASE("numbers make no other failure") {
  notify::Ledger ledger;
  Happened full;
  full.failure = Failure{"this update needs 412 MiB and 31 MiB are free", "free some space"};
  CHECK(news(ledger, {}, full, kNow).size() == 1);
  full.failure->message = "this update needs 413 MiB and 7 MiB are free";
  CHECK(news(ledger, {}, full, kNow + 5min).empty());
}

TEST_CASE("an application that a deployment kept down while it was asked is not down") {
  notify::Ledger ledger{.deployment = "1", .runs = {}, .owed = {}};
  auto last = deployment("1", "updated");
  last.started = kNow - 20s;
  last.seconds = 18;
  Happened happened;
  happened.health = HealthSeen{.seconds = 5, .reason = "connection refused"};
  CHECK(news(ledger, {last}, happened, kNow).empty());
  CHECK(ledger.runs.empty());
  CHECK(news(ledger, {last}, happened, kNow + 5s).size() == 1);
}

TEST_CASE("a rollback that was asked for is told with its reason") {
  notify::Ledger ledger{.deployment = "0", .runs = {}, .owed = {}};
  auto back = deployment("1", "rolled-back", "rollback");
  back.reason = "it is slow";
  const auto told = news(ledger, {deployment("0", "updated"), back}, {}, kNow);
  REQUIRE(told.size() == 1);
  CHECK(told[0].event == Event::kRolledBack);
  CHECK(told[0].title == "went back to bbbbbbb Shopping list from aaaaaaa");
  CHECK(told[0].text == "it is slow");
}

TEST_CASE(
    "an update that cannot begin, and an application that is down, are told until they are over") {
  notify::Ledger ledger;
  Happened bad;
  bad.failure = Failure{"cannot reach origin", "look at the network"};
  bad.health = HealthSeen{.reason = "HTTP 503"};
  CHECK(titles(news(ledger, {}, bad, kNow)) ==
        std::vector<std::string>{"update failed: cannot reach origin", "is not healthy: HTTP 503"});
  CHECK(news(ledger, {}, bad, kNow + 59min).empty());
  const auto reminder = news(ledger, {}, bad, kNow + 60min);
  REQUIRE(reminder.size() == 2);
  CHECK(reminder[1].facts.back() == std::pair<std::string, std::string>{"lasts for", "1 h"});
  Happened good;
  good.up_to_date = true;
  good.health = HealthSeen{.healthy = true};
  const auto over = news(ledger, {}, good, kNow + 3h);
  CHECK(titles(over) ==
        std::vector<std::string>{"updates work again, after 3 h", "healthy again, after 3 h"});
  CHECK(over[1].event == Event::kRecovered);
  CHECK(ledger.runs.empty());
}

}  // namespace nutricount::deploy
