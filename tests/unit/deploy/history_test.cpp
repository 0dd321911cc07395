#include "deploy/history.hpp"

#include <nlohmann/json.hpp>

#include "catching.hpp"
#include "scratch.hpp"

namespace nutricount::deploy {
namespace fs = std::filesystem;
using nlohmann::json;
namespace {
struct Shelf : Scratch {
  fs::path path = root / "history.jsonl";
  History history{path};
  [[nodiscard]] std::string text() const { return read("history.jsonl"); }
};

Outcome outcome(const std::string& id) {
  Outcome one;
  one.result = Result::kRolledBack;
  one.exit_status = ExitStatus::kNo;
  one.deployment = id;
  one.trigger = "cron";
  one.delivery = "d-1";
  one.started = from_utc("2026-11-24T10:15:00.123Z").value();
  one.from = {std::string(40, 'a'), "Old", "Anton"};
  one.to = {std::string(40, 'b'), "New", "Änne"};
  one.backup = id;
  one.environment = "venv." + id;
  one.previous_environment = "venv.before-" + id;
  one.downtime_seconds = 1.23456;
  one.seconds = 4.8004;
  one.steps = {{"stop", StepStatus::kDone, 0.41, "demo.service", false},
               {"start", StepStatus::kFailed, 0.2, "", false}};
  one.health = HealthSeen{false, 503, 3, 0.9, "HTTP 503"};
  one.error = Failure{"it failed", "look at it"};
  one.last_lines = {"Traceback", "SyntaxError"};
  one.bad_reason = "unhealthy";
  one.set_aside = {"/srv/app/data.replaced.1"};
  return one;
}
}  // namespace

TEST_CASE("without a file there is no history") {
  const Shelf shelf;
  CHECK(shelf.history.recent().empty());
  CHECK_FALSE(fs::exists(shelf.path));
}

TEST_CASE("a deployment is read back as far as later ones need it, oldest first") {
  const Shelf shelf;
  shelf.history.append(to_json(outcome("20261124_101500")));
  Outcome second = outcome("20261124_101600");
  second.result = Result::kUpdated;
  second.bad_reason.clear();
  second.downtime_seconds.reset();
  second.from = {};
  shelf.history.append(to_json(second));
  const auto all = shelf.history.recent();
  REQUIRE(all.size() == 2);
  CHECK(all[0].id == "20261124_101500");
  CHECK(all[0].started == from_utc("2026-11-24T10:15:00.123Z"));
  CHECK(all[0].result == "rolled-back");
  CHECK(all[0].from == std::string(40, 'a'));
  CHECK(all[0].to == std::string(40, 'b'));
  CHECK(all[0].backup == "20261124_101500");
  CHECK(all[0].environment == "venv.20261124_101500");
  CHECK(all[0].previous_environment == "venv.before-20261124_101500");
  CHECK(all[0].bad_reason == "unhealthy");
  CHECK(all[0].downtime_seconds == doctest::Approx(1.235));
  CHECK(all[1].result == "updated");
  CHECK(all[1].bad_reason.empty());
  CHECK_FALSE(all[1].downtime_seconds);
  CHECK(all[1].from.empty());
}

TEST_CASE("a torn last line is left out, and ended before the next") {
  const Shelf shelf;
  shelf.history.append(to_json(outcome("20261124_101500")));
  shelf.history.append(to_json(outcome("20261124_101600")));
  const std::string whole = shelf.text();
  const auto first = whole.find('\n') + 1;
  for (const std::size_t length : {first + 1, first + 100, whole.size() - 2}) {
    CAPTURE(length);
    shelf.write("history.jsonl", whole.substr(0, length));
    CHECK(shelf.history.recent().size() == 1);
    shelf.history.append(to_json(outcome("20261124_101700")));
    const auto all = shelf.history.recent();
    REQUIRE(all.size() == 2);
    CHECK(all[1].id == "20261124_101700");
    CHECK(shelf.text().starts_with(whole.substr(0, length)));  // never rewritten
  }
  // Only the line's end is missing: nothing of it is lost.
  shelf.write("history.jsonl", whole.substr(0, whole.size() - 1));
  shelf.history.append(to_json(outcome("20261124_101700")));
  CHECK(shelf.history.recent().size() == 3);
}

TEST_CASE("lines that are not understood are left out, those around them are not") {
  const Shelf shelf;
  const json good = to_json(outcome("20261124_101500"));
  const auto with = [&](const char* key, const json& value) {
    json changed = good;
    changed[key] = value;
    return changed.dump();
  };
  const auto without = [&](const char* key) {
    json changed = good;
    changed.erase(key);
    return changed.dump();
  };
  std::string text = good.dump() + "\n";
  for (const std::string& line :
       {std::string(), std::string("garbage"), std::string("[]"), std::string("null"),
        std::string(40, '\0'), std::string("{}"), without("started"), without("deployment"),
        without("outcome"), with("started", "yesterday"), with("started", 7), with("outcome", 7),
        with("deployment", nullptr), with("backup", 7), with("downtime_seconds", "long"),
        with("to", {{"commit", 7}})}) {
    text += line + "\n";
  }
  text += good.dump() + "\n";
  shelf.write("history.jsonl", text);
  CHECK(shelf.history.recent().size() == 2);

  // A newer version may say more.
  shelf.write("history.jsonl", with("kind", "rollback") + "\n" + with("outcome", "half-done") +
                                   "\n" + with("to", nullptr) + "\n" + with("from", "abc") + "\n");
  const auto all = shelf.history.recent();
  REQUIRE(all.size() == 4);
  CHECK(all[1].result == "half-done");
  CHECK(all[2].to.empty());
  CHECK(all[3].from.empty());
}

TEST_CASE("of a long history the last MiB is read, and the line cut by that left out") {
  const Shelf shelf;
  const std::string line = to_json(outcome("20261124_101500")).dump() + "\n";
  std::string text;
  while (text.size() < 5U << 20U) text += line;
  shelf.write("history.jsonl", text);
  shelf.history.append(to_json(outcome("20261124_101600")));
  const auto all = shelf.history.recent();
  CHECK(all.size() == (1U << 20U) / line.size());
  CHECK(all.back().id == "20261124_101600");
  CHECK(fs::file_size(shelf.path) == text.size() + line.size());
}

TEST_CASE("the newest go back until one is live") {
  const Shelf shelf;
  CHECK(shelf.history.newest(3).empty());
  Outcome good = outcome("20261124_101500");
  good.result = Result::kUpdated;
  shelf.history.append(to_json(good));
  for (const char* id : {"20261124_101600", "20261124_101700"}) {
    shelf.history.append(to_json(outcome(id)));
  }
  CHECK(shelf.history.newest(1).size() == 3);
  CHECK(shelf.history.newest(5).size() == 3);
  CHECK(shelf.history.newest(1).front().id == "20261124_101500");
  good.deployment = "20261124_101800";
  shelf.history.append(to_json(good));
  CHECK(shelf.history.newest(1).size() == 1);
  CHECK(shelf.history.newest(2).front().id == "20261124_101700");
}

TEST_CASE("outcomes are counted, whatever their texts say") {
  const Shelf shelf;
  CHECK(shelf.history.outcomes().empty());
  Outcome one = outcome("20261124_101500");
  one.reason = R"("outcome":"updated" \"outcome":"failed")";
  one.error = Failure{R"("outcome":"updated")", R"(\"command":"rollback")"};
  one.to.subject = R"(","outcome":"stale)";
  shelf.history.append(to_json(one));
  one.kind = Kind::kRollback;
  shelf.history.append(to_json(one));
  shelf.history.append(to_json(one));
  shelf.write("history.jsonl", shelf.text() + R"({"command":"update","outcome":"updated","torn)");
  const History::Outcomes expected{{{"update", "rolled-back"}, 1},
                                   {{"rollback", "rolled-back"}, 2}};
  CHECK(shelf.history.outcomes() == expected);
}

TEST_CASE("text that is not UTF-8 is replaced, not refused") {
  const Shelf shelf;
  Outcome one = outcome("20261124_101500");
  one.to.subject = "caf\xe9\nand more";
  shelf.history.append(to_json(one));
  CHECK(shelf.history.recent().size() == 1);
  CHECK(shelf.text().find("caf\xef\xbf\xbd\\nand more") != std::string::npos);
}

TEST_CASE("a history that cannot be written is an error with its path") {
  const Shelf shelf;
  fs::create_directory(shelf.path);
  CHECK(tells(error_of([&] { shelf.history.append(to_json(outcome("20261124_101500"))); }),
              shelf.path.string()));
  const History nowhere(shelf.root / "no" / "history.jsonl");
  CHECK(tells(error_of([&] { nowhere.append({{"a", 1}}); }), "no/history.jsonl"));
}

TEST_CASE("the document has the keys that programs rely on") {
  const json document = to_json(outcome("20261124_101500"));
  CHECK(document.at("outcome") == "rolled-back");
  CHECK(document.at("deployment") == "20261124_101500");
  CHECK(document.at("trigger") == "cron");
  CHECK(document.at("delivery") == "d-1");
  CHECK(document.at("started") == "2026-11-24T10:15:00.123Z");
  CHECK(document.at("from") == json{{"commit", std::string(40, 'a')}, {"subject", "Old"}});
  CHECK(document.at("to") ==
        json{{"commit", std::string(40, 'b')}, {"subject", "New"}, {"author", "Änne"}});
  CHECK(document.at("backup") == "20261124_101500");
  CHECK(document.at("downtime_seconds") == 1.235);
  CHECK(document.at("seconds") == 4.8);
  CHECK(document.at("steps") ==
        json::array(
            {{{"name", "stop"}, {"status", "done"}, {"seconds", 0.41}, {"detail", "demo.service"}},
             {{"name", "start"}, {"status", "failed"}, {"seconds", 0.2}}}));
  CHECK(document.at("health") == json{{"healthy", false},
                                      {"status", 503},
                                      {"attempts", 3},
                                      {"seconds", 0.9},
                                      {"reason", "HTTP 503"}});
  CHECK(document.at("error") == json{{"message", "it failed"}, {"hint", "look at it"}});
  CHECK(document.at("bad") == "unhealthy");
  CHECK(document.at("last_lines") == json{"Traceback", "SyntaxError"});
  CHECK(document.at("set_aside") == json{"/srv/app/data.replaced.1"});
  CHECK_FALSE(document.contains("hands"));
}

TEST_CASE("what did not happen has no key, and no news is a message, not an error") {
  Outcome one;
  one.result = Result::kUnchanged;
  one.exit_status = ExitStatus::kDone;
  one.error = Failure{"Nothing new on main: abc is deployed.", ""};
  const json document = to_json(one);
  for (const char* key : {"backup", "downtime_seconds", "health", "error", "bad", "delivery",
                          "set_aside", "last_lines", "hands", "environment"}) {
    CAPTURE(key);
    CHECK_FALSE(document.contains(key));
  }
  CHECK(document.at("message") == "Nothing new on main: abc is deployed.");
  CHECK(document.at("from").is_null());
  CHECK(document.at("to").is_null());
  CHECK(document.at("steps") == json::array());
}

TEST_CASE("every result and status has the contract's name") {
  const std::pair<Result, const char*> results[] = {
      {Result::kUpdated, "updated"},        {Result::kUnchanged, "unchanged"},
      {Result::kBlocked, "blocked"},        {Result::kStale, "stale"},
      {Result::kRolledBack, "rolled-back"}, {Result::kFailed, "failed"},
      {Result::kPlanned, "planned"},        {Result::kBackedUp, "backed-up"}};
  for (const auto& [result, name] : results) CHECK(name_of(result) == name);
  CHECK(name_of(StepStatus::kDone) == "done");
  CHECK(name_of(StepStatus::kFailed) == "failed");
  CHECK(name_of(StepStatus::kUndone) == "undone");
  CHECK(name_of(StepStatus::kSkipped) == "skipped");
}

}  // namespace nutricount::deploy
