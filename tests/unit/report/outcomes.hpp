// Plans and outcomes to tell of.
#pragma once

#include "deploy/outcome.hpp"
#include "deploy/plan.hpp"

namespace nutricount::report {

inline const std::string kOld = "1111111aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
inline const std::string kNew = "2222222bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

inline deploy::Plan update_plan() {
  deploy::Plan plan;
  plan.deployment = "20261124_101500";
  plan.directory = "/srv/app";
  plan.from = {kOld, "Rounding", "Anton"};
  plan.to = {kNew, "Fasting streaks", "Anton"};
  plan.commits = {plan.to, {"3333333ccc", "Between", "Eva"}};
  plan.commit_count = 2;
  plan.changed_files = {"app.py", "templates/index.html"};
  plan.changed_file_count = 2;
  plan.was_active = plan.was_healthy = true;
  plan.data_bytes = 104U << 20U;
  plan.free_bytes = 11ULL << 30U;
  return plan;
}

inline deploy::Outcome updated() {
  deploy::Outcome outcome;
  outcome.result = deploy::Result::kUpdated;
  outcome.exit_status = ExitStatus::kDone;
  outcome.deployment = outcome.backup = "20261124_101500";
  outcome.from = {kOld, "Rounding", "Anton"};
  outcome.to = {kNew, "Fasting streaks", "Anton"};
  outcome.downtime_seconds = 1.3;
  outcome.seconds = 25;
  return outcome;
}

inline deploy::Outcome rolled_back() {
  deploy::Outcome outcome = updated();
  outcome.result = deploy::Result::kRolledBack;
  outcome.exit_status = ExitStatus::kNo;
  outcome.backup.clear();
  outcome.error = deploy::Failure{"demo.service exited with status 3", "look at its log"};
  outcome.bad_reason = "unhealthy";
  outcome.last_lines = {"Traceback:", "\tSyntaxError: \x1b[31minvalid\x1b[0m"};
  return outcome;
}

}  // namespace nutricount::report
