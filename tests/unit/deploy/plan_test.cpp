#include "deploy/plan.hpp"

#include <nlohmann/json.hpp>

#include "catching.hpp"
#include "plans.hpp"

namespace nutricount::deploy {
using nlohmann::json;

TEST_CASE("a plan is read back as it was written") {
  const Plan plan = whole_plan();
  const Plan back = json::parse(json(plan).dump()).get<Plan>();
  CHECK(back.deployment == plan.deployment);
  CHECK(back.trigger == plan.trigger);
  CHECK(back.delivery == plan.delivery);
  CHECK(back.started == plan.started);
  CHECK(back.directory == plan.directory);
  CHECK_FALSE(back.first);
  CHECK(back.from.id == plan.from.id);
  CHECK(back.from.subject == plan.from.subject);
  CHECK(back.from.author == plan.from.author);
  CHECK(back.to.id == plan.to.id);
  CHECK(back.to.subject == plan.to.subject);
  CHECK(back.database_command == plan.database_command);
  CHECK(back.was_active);
  CHECK(back.was_healthy);
  REQUIRE(back.environment);
  CHECK(back.environment->reason == plan.environment->reason);
  CHECK(back.environment->live == plan.environment->live);
  CHECK(back.environment->before == plan.environment->before);
  CHECK(back.environment->after == plan.environment->after);
  CHECK(back.environment->adopts);
  CHECK_FALSE(back.environment->is_there);
  CHECK(back.environment->bytes == plan.environment->bytes);
  CHECK(json(back) == json(plan));
}

TEST_CASE("the way from one colour to the other is read back as it was written") {
  Plan plan = whole_plan();
  for (const auto& before :
       {std::optional<std::string>("upstream x {}\n"), std::optional<std::string>()}) {
    plan.route = Route{.from = "green", .to = "blue", .before = before};
    const Plan back = json::parse(json(plan).dump()).get<Plan>();
    REQUIRE(back.route);
    CHECK(back.route->from == "green");
    CHECK(back.route->to == "blue");
    CHECK(back.route->before == before);
  }
  json odd(plan);
  odd["route"]["to"] = "../green";
  CHECK_THROWS_AS(odd.get<Plan>(), Error);
}

TEST_CASE("a rollback is read back as it was written") {
  const Plan plan = whole_rollback();
  const Plan back = json::parse(json(plan).dump()).get<Plan>();
  CHECK(back.kind == Kind::kRollback);
  CHECK(back.reason == plan.reason);
  CHECK(back.data_only);
  REQUIRE(back.data);
  CHECK(back.data->backup == plan.data->backup);
  CHECK(back.data->time == plan.data->time);
  CHECK(back.data->inodes == plan.data->inodes);
  CHECK(back.changes == plan.changes);
  REQUIRE(back.environment);
  CHECK(back.environment->is_there);
  CHECK_FALSE(back.environment->adopts);
  CHECK(json(back) == json(plan));
}

TEST_CASE("an update, and a rollback that leaves the data, say so") {
  const Plan update = json::parse(json(whole_plan()).dump()).get<Plan>();
  CHECK(update.kind == Kind::kUpdate);
  CHECK(update.reason.empty());
  CHECK_FALSE(update.data_only);
  CHECK_FALSE(update.data);
  CHECK(update.changes.empty());
  Plan keeps = whole_rollback();
  keeps.data.reset();
  keeps.changes.clear();
  const Plan back = json::parse(json(keeps).dump()).get<Plan>();
  CHECK_FALSE(back.data);
  CHECK(back.changes.empty());
  CHECK(json(back) == json(keeps));
  keeps.data = DataChange{.backup = "20261123_090000", .time = now()};
  const Plan empty = json::parse(json(keeps).dump()).get<Plan>();
  REQUIRE(empty.data);
  CHECK(empty.data->inodes.empty());
}

TEST_CASE("a first deployment without environment and database is read back too") {
  Plan plan = whole_plan();
  plan.first = true;
  plan.from = {};
  plan.environment.reset();
  plan.database_command.clear();
  plan.was_active = plan.was_healthy = false;
  const Plan back = json::parse(json(plan).dump()).get<Plan>();
  CHECK(back.first);
  CHECK(back.from.id.empty());
  CHECK_FALSE(back.environment);
  CHECK(back.database_command.empty());
  CHECK_FALSE(back.was_active);
  CHECK(json(back) == json(plan));
}

namespace {
bool is_refused(const json& plan) {
  try {
    static_cast<void>(plan.get<Plan>());
    return false;
  } catch (const std::exception&) {
    return true;
  }
}

/// Without each of the fields in turn, and with 7 in its place.
void check_fields(const json& whole, const json::json_pointer& of) {
  for (const auto& item : whole.at(of).items()) {
    const std::string& name = item.key();
    CAPTURE(name);
    json without = whole;
    without.at(of).erase(name);
    CHECK(is_refused(without));
    if (item.value().is_number()) continue;
    json other = whole;
    other.at(of)[name] = 7;
    CHECK(is_refused(other));
  }
}
}  // namespace

TEST_CASE("a plan with a field missing, or of another type, is refused") {
  const json whole = whole_rollback();
  for (const char* of : {"", "/environment", "/data"}) {
    CAPTURE(of);
    check_fields(whole, json::json_pointer(of));
  }
  check_fields(whole_plan(), json::json_pointer(""));
  for (const json& other : {json(nullptr), json(7), json("plan"), json::array()}) {
    CHECK(is_refused(other));
  }
}

TEST_CASE("numbers that are none, and inodes of no names, are refused") {
  const std::vector<json> wrong{-1, 1.5, 1e300, true, "1", nullptr, json::array(), json::object()};
  for (const auto& number : wrong) {
    CAPTURE(number.dump());
    json plan = whole_rollback();
    plan["data"]["inodes"]["data"] = number;
    CHECK(is_refused(plan));
    plan = whole_rollback();
    plan["environment"]["bytes"] = number;
    CHECK(is_refused(plan));
  }
  for (const json& inodes : std::vector<json>{nullptr, 7, "data", json::array({5}), true}) {
    CAPTURE(inodes.dump());
    json plan = whole_rollback();
    plan["data"]["inodes"] = inodes;
    CHECK(is_refused(plan));
  }
}

TEST_CASE("a kind of deployment that is not known is refused") {
  for (const json& kind : std::vector<json>{"", "Update", "resume", "backup", nullptr, 1}) {
    CAPTURE(kind.dump());
    json plan = whole_plan();
    plan["kind"] = kind;
    CHECK(is_refused(plan));
  }
}

TEST_CASE("an id or a time that is none is refused: paths are made of it") {
  for (const char* id :
       {"../../etc", "20261124_10150", "20261124-101500", "x", "20261124_101500/"}) {
    CAPTURE(id);
    for (const char* name : {"/deployment", "/data/backup", "/changes"}) {
      CAPTURE(name);
      json plan = whole_rollback();
      plan[json::json_pointer(name)] = id;
      CHECK_THROWS_AS(static_cast<void>(plan.get<Plan>()), Error);
    }
  }
  for (const char* name : {"/deployment", "/data/backup"}) {
    json plan = whole_rollback();
    plan[json::json_pointer(name)] = "";
    CHECK_THROWS_AS(static_cast<void>(plan.get<Plan>()), Error);
  }
  for (const char* name : {"/started", "/data/time"}) {
    json plan = whole_rollback();
    plan[json::json_pointer(name)] = "yesterday";
    CHECK_THROWS_AS(static_cast<void>(plan.get<Plan>()), Error);
  }
}

TEST_CASE("a commit is shown by its first seven digits") {
  CHECK(brief(std::string(40, 'c')) == "ccccccc");
  CHECK(brief("abc") == "abc");
  CHECK(brief("").empty());
}

}  // namespace nutricount::deploy
