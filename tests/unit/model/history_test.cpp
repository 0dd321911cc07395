#include "model/history.hpp"

#include <doctest/doctest.h>

using namespace nutricount;
using namespace nutricount::model;

namespace {
Deployment deployment(const char* id, const char* result, const char* to, const char* bad = "") {
  Deployment one;
  one.id = id;
  one.result = result;
  one.to = to;
  one.bad_reason = bad;
  one.backup = id;
  one.environment = std::string("venv.") + id;
  one.started = now();
  return one;
}
}  // namespace

TEST_CASE("a commit is bad until it is deployed well") {
  Deployments all{deployment("1", "updated", "a"),
                  deployment("2", "rolled-back", "b", "unhealthy")};
  CHECK(why_bad(all, "b") == "unhealthy");
  CHECK_FALSE(why_bad(all, "a").has_value());
  CHECK_FALSE(why_bad(all, "c").has_value());
  all.push_back(deployment("3", "rolled-back", "b"));  // interrupted: nobody's fault
  CHECK(why_bad(all, "b") == "unhealthy");
  all.push_back(deployment("4", "updated", "b"));
  CHECK_FALSE(why_bad(all, "b").has_value());
}

TEST_CASE("only rollbacks that a commit is to blame for are counted") {
  const Deployments all{deployment("1", "rolled-back", "a", "unhealthy"),
                        deployment("2", "rolled-back", "b"),
                        deployment("3", "failed", "c", "unhealthy")};
  CHECK(rollbacks_since(all, now() - std::chrono::hours(1)) == 1);
  CHECK(rollbacks_since(all, now() + std::chrono::hours(1)) == 0);
}

TEST_CASE("failed deployments do not push a good one out of retention") {
  Deployments all{deployment("1", "updated", "a"), deployment("2", "updated", "b")};
  for (int i = 0; i < 9; ++i) all.push_back(deployment("9", "rolled-back", "c", "unhealthy"));
  CHECK(protected_backups(all) == std::set<std::string>{"1", "2"});
  CHECK(protected_environments(all, 1) == std::set<std::string>{"venv.2"});
}

TEST_CASE("what going back needs is kept: environments before and after, under their names since") {
  Deployments all{deployment("1", "updated", "a"), deployment("2", "updated", "b"),
                  deployment("3", "updated", "c")};
  all[2].previous_environment = "venv.before-3";
  CHECK(protected_environments(all, 1) == std::set<std::string>{"venv.3", "venv.before-3"});
  CHECK(protected_environments(all, 2) ==
        std::set<std::string>{"venv.2", "venv.3", "venv.before-3"});
  all[1].backup.clear();
  CHECK(protected_backups(all) == std::set<std::string>{"3"});
  CHECK(protected_backups({}).empty());
  CHECK(protected_environments({}, 5).empty());
}

TEST_CASE("the usual downtime is the median of the last good deployments") {
  Deployments all;
  CHECK_FALSE(usual_downtime(all, 5).has_value());
  for (const double seconds : {100.0, 3.0, 1.0, 2.0}) {
    all.push_back(deployment("1", "updated", "a"));
    all.back().downtime_seconds = seconds;
  }
  all.push_back(deployment("2", "rolled-back", "b", "unhealthy"));
  all.back().downtime_seconds = 50;
  all.push_back(deployment("3", "updated", "c"));  // was not stopped
  CHECK(usual_downtime(all, 4) == 2.0);
  CHECK_FALSE(usual_downtime(all, 1).has_value());
}

TEST_CASE("a commit is bad again when it is rolled back after it was good") {
  const Deployments all{deployment("1", "updated", "a"),
                        deployment("2", "rolled-back", "a", "unhealthy")};
  CHECK(why_bad(all, "a") == "unhealthy");
}

namespace {
Deployment rollback(const char* id, const char* result, const char* from, const char* to,
                    const char* bad = "") {
  Deployment one = deployment(id, result, to, bad);
  one.command = "rollback";
  one.from = from;
  return one;
}
}  // namespace

TEST_CASE("what is live is what an update, or a rollback that was asked for, ended with") {
  struct Case {
    const char* command;
    const char* result;
    bool live;
  };
  for (const auto& [command, result, live] :
       {Case{"update", "updated", true}, Case{"update", "rolled-back", false},
        Case{"update", "failed", false}, Case{"update", "unchanged", false},
        Case{"update", "blocked", false}, Case{"update", "stale", false},
        Case{"update", "planned", false}, Case{"update", "backed-up", false},
        Case{"update", "", false}, Case{"rollback", "rolled-back", true},
        Case{"rollback", "failed", false}, Case{"rollback", "updated", false},
        Case{"rollback", "planned", false}}) {
    CAPTURE(command);
    CAPTURE(result);
    Deployment one = deployment("1", result, "a");
    one.command = command;
    CHECK(went_live(one) == live);
  }
}

TEST_CASE("what an operator went back from is bad until it is live again") {
  Deployments all{deployment("1", "updated", "a"), deployment("2", "updated", "b"),
                  rollback("3", "rolled-back", "b", "a", "slow")};
  CHECK(why_bad(all, "b") == "slow");
  CHECK_FALSE(why_bad(all, "a").has_value());
  SUBCASE("a rollback that failed says nothing of either") {
    all.push_back(rollback("4", "failed", "a", "c"));
    CHECK_FALSE(why_bad(all, "a").has_value());
    CHECK(why_bad(all, "b") == "slow");
  }
  SUBCASE("deployed by an update") {
    all.push_back(deployment("4", "updated", "b"));
    CHECK_FALSE(why_bad(all, "b").has_value());
  }
  SUBCASE("or by a rollback: then what that left is bad") {
    all.push_back(rollback("4", "rolled-back", "a", "b", "slower"));
    CHECK_FALSE(why_bad(all, "b").has_value());
    CHECK(why_bad(all, "a") == "slower");
  }
  SUBCASE("without a reason to call it bad it stays what it was") {
    all.push_back(deployment("4", "updated", "b"));
    all.push_back(rollback("5", "rolled-back", "b", "a"));
    CHECK_FALSE(why_bad(all, "b").has_value());
  }
}

TEST_CASE("a rollback that was asked for counts as good, and not as one that a commit caused") {
  Deployments all{deployment("1", "updated", "a"), deployment("2", "updated", "b"),
                  rollback("3", "rolled-back", "b", "a", "slow")};
  all.back().previous_environment = "venv.2";
  all.back().downtime_seconds = 4;
  CHECK(rollbacks_since(all, now() - std::chrono::hours(1)) == 0);
  CHECK(protected_backups(all) == std::set<std::string>{"2", "3"});
  CHECK(protected_environments(all, 1) == std::set<std::string>{"venv.2", "venv.3"});
  CHECK(usual_downtime(all, 1) == 4.0);
  all.push_back(rollback("4", "failed", "a", "c"));
  CHECK(protected_backups(all) == std::set<std::string>{"2", "3"});
}
