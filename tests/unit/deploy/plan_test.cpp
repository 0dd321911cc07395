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
  CHECK(back.environment->bytes == plan.environment->bytes);
  CHECK(json(back) == json(plan));
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

TEST_CASE("a plan with a field missing, or of another type, is refused") {
  const json whole = whole_plan();
  for (const auto& item : whole.items()) {
    const std::string& name = item.key();
    CAPTURE(name);
    json without = whole;
    without.erase(name);
    CHECK_THROWS_AS(static_cast<void>(without.get<Plan>()), std::exception);
    json other = whole;
    other[name] = 7;
    CHECK_THROWS_AS(static_cast<void>(other.get<Plan>()), std::exception);
  }
  for (const auto& item : whole.at("environment").items()) {
    const std::string& name = item.key();
    CAPTURE(name);
    json without = whole;
    without["environment"].erase(name);
    CHECK_THROWS_AS(static_cast<void>(without.get<Plan>()), std::exception);
  }
}

TEST_CASE("an id or a time that is none is refused: paths are made of it") {
  for (const char* id : {"", "../../etc", "20261124_10150", "20261124-101500", "x"}) {
    json plan = whole_plan();
    plan["deployment"] = id;
    CAPTURE(id);
    CHECK_THROWS_AS(static_cast<void>(plan.get<Plan>()), Error);
  }
  json plan = whole_plan();
  plan["started"] = "yesterday";
  CHECK_THROWS_AS(static_cast<void>(plan.get<Plan>()), Error);
}

TEST_CASE("a commit is shown by its first seven digits") {
  CHECK(brief(std::string(40, 'c')) == "ccccccc");
  CHECK(brief("abc") == "abc");
  CHECK(brief("").empty());
}

}  // namespace nutricount::deploy
