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

/// A rollback with something in every field that only a rollback has.
inline Plan whole_rollback() {
  Plan plan = whole_plan();
  plan.kind = Kind::kRollback;
  plan.reason = "the diary lost \"Änne\"\nand more";
  plan.data_only = true;
  plan.data = DataChange{.backup = "20261123_090000",
                         .time = from_utc("2026-11-23T09:00:01.000Z").value(),
                         .inodes = {{"data", 18'446'744'073'709'551'615U}, {"logs", 0}}};
  plan.changes = "20261122_080000";
  plan.environment = EnvironmentChange{.reason = "kept since it was in use",
                                       .live = "venv",
                                       .before = "venv.20261123_090000",
                                       .adopts = false,
                                       .after = "venv.20261122_080000",
                                       .is_there = true,
                                       .bytes = 1};
  return plan;
}

}  // namespace nutricount::deploy
