// A plan with something in every field that is kept.
#pragma once

#include "deploy/plan.hpp"

namespace nutricount::deploy {

inline Plan whole_plan() {
  Plan plan;
  plan.deployment = "20261124_101500";
  plan.trigger = "cron";
  plan.delivery = "72d3162e-cc78-11e3-81ab-4c9367dc0958";
  plan.started = from_utc("2026-11-24T10:15:00.123Z").value();
  plan.directory = "/srv/a \"b\"/app";
  plan.from = {std::string(40, 'a'), "Rounding of kcal", "Anton"};
  plan.to = {std::string(40, 'b'), "Fasting streaks — \"new\"\nand a line", "Änne"};
  plan.environment = EnvironmentChange{.reason = "requirements.txt changed",
                                       .live = "venv",
                                       .before = "venv.before-20261124_101500",
                                       .adopts = true,
                                       .after = "venv.20261124_101500",
                                       .bytes = 5'000'000'000};
  plan.database_command = {"venv/bin/python", "init_db.py", ""};
  plan.was_active = true;
  plan.was_healthy = true;
  return plan;
}

}  // namespace nutricount::deploy
