#include "report/plan_text.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "outcomes.hpp"

namespace nutricount::report {
using deploy::Outcome;
using deploy::Plan;
using deploy::Result;
namespace {
using Lines = std::vector<std::string>;
const Options kOptions{.log = LogFile(), .app_name = "nutricount", .branch = "main"};

bool has_line(const Lines& lines, const std::string& line) {
  return std::find(lines.begin(), lines.end(), line) != lines.end();
}
}  // namespace

TEST_CASE("the heading says from where to where, how much, and by whom") {
  Plan plan = update_plan();
  CHECK(heading(plan, kOptions) ==
        Lines{"nutricount  main 1111111 → 2222222   2 commits, 2 files   by Anton",
              "  2222222  Fasting streaks", "  3333333  Between"});
  plan.commits.resize(1);
  plan.commit_count = plan.changed_file_count = 1;
  CHECK(heading(plan, kOptions).front() ==
        "nutricount  main 1111111 → 2222222   1 commit, 1 file   by Anton");
}

TEST_CASE("of many commits the newest five are named, of all with -v, and the files too") {
  Plan plan = update_plan();
  plan.commits.clear();
  for (int i = 0; i < 7; ++i) plan.commits.push_back({fmt::format("{:040}", i), "Subject", "A"});
  plan.commit_count = 107;  // the plan itself has only the newest
  const Lines brief = heading(plan, kOptions);
  REQUIRE(brief.size() == 7);
  CHECK(brief.back() == "  … and 102 more (-v shows them)");
  CHECK_FALSE(has_line(brief, "    app.py"));
  Options verbose = kOptions;
  verbose.verbose = true;
  const Lines all = heading(plan, verbose);
  CHECK(all.size() == 1 + 7 + 2);
  CHECK(has_line(all, "    templates/index.html"));
}

TEST_CASE("a first deployment has nothing to compare with") {
  Plan plan;
  plan.first = true;
  CHECK(heading(plan, kOptions) ==
        Lines{"nutricount  main → its newest commit   first deployment"});
  plan.to.id = kNew;
  CHECK(heading(plan, kOptions) == Lines{"nutricount  main → 2222222   first deployment"});
}

TEST_CASE("every effect of a plan is told") {
  Plan plan = update_plan();
  CHECK(effects(plan, kOptions) == Lines{"Would stop:             the application",
                                         "Would back up:          104 MiB; free 11 GiB",
                                         "Nothing was changed."});
  plan.environment = deploy::EnvironmentChange{
      .reason = "requirements.txt changed", .live = "venv", .bytes = 90U << 20U};
  plan.database_command = {"venv/bin/python", "init_db.py"};
  plan.overwritten = {"src/config.py", "b.py"};
  plan.prunes = {"20261101_030001", "20261102_030001"};
  plan.usual_downtime = 1.5;
  plan.settles = {"20261123_000000"};
  CHECK(effects(plan, kOptions) ==
        Lines{"Would first settle:     the interrupted deployment 20261123_000000",
              "Would, while serving:   rebuild venv (requirements.txt changed), about 90 MiB",
              "Would stop:             the application, about 1.50 s, from the last updates",
              "Would back up:          104 MiB; free 11 GiB",
              "Would run:              venv/bin/python init_db.py",
              "Would overwrite:        src/config.py   (changed here, kept in the backup)",
              "Would overwrite:        b.py   (changed here, kept in the backup)",
              "Would prune:            20261101_030001, 20261102_030001", "Nothing was changed."});
  Plan first;
  first.first = true;
  first.directory = "/srv/app";
  CHECK(effects(first, kOptions) ==
        Lines{"Would clone into:       /srv/app", "Nothing was changed."});
}

TEST_CASE("the verdict on an update") {
  CHECK(verdict(updated()) == Lines{"Updated to 2222222 in 25.0 s. Down for 1.30 s.",
                                    "  The data of before is in backup 20261124_101500."});
  Outcome quiet = updated();
  quiet.backup.clear();
  quiet.downtime_seconds.reset();
  CHECK(verdict(quiet) == Lines{"Updated to 2222222 in 25.0 s."});
  Outcome first = updated();
  first.from = {};
  CHECK(verdict(first) == Lines{"Deployed 2222222 for the first time in 25.0 s."});
}

TEST_CASE("the verdict on one that was put back") {
  CHECK(verdict(rolled_back()) ==
        Lines{"Not updated: 2222222: demo.service exited with status 3. 1111111 is back, no data "
              "was touched. Down for 1.30 s.",
              "  2222222 is marked bad; a newer commit deploys as usual.",
              "  Try it again anyway: nutricount-deploy update --force"});
  Outcome with_data = rolled_back();
  with_data.set_aside = {"/srv/app/data.replaced.1", "/srv/app/media.replaced.1"};
  CHECK(verdict(with_data).front().find(
            "the data of before is back; what the new version wrote is in "
            "/srv/app/data.replaced.1, /srv/app/media.replaced.1.") != std::string::npos);
  Outcome nobodys_fault = rolled_back();
  nobodys_fault.bad_reason.clear();
  CHECK(verdict(nobodys_fault).size() == 1);
  Outcome first = rolled_back();
  first.from = {};
  CHECK(verdict(first) == Lines{"Not deployed: demo.service exited with status 3. Everything it "
                                "made was removed again."});
}

TEST_CASE("the verdict on a failure says what is left to do") {
  Outcome outcome = rolled_back();
  outcome.result = Result::kFailed;
  CHECK(verdict(outcome) == Lines{"Not updated: demo.service exited with status 3.",
                                  "  The application was not touched and still serves 1111111."});
  outcome.exit_status = ExitStatus::kHandsNeeded;
  outcome.hands = {"git -C /srv/app reset --hard 111", "curl -i http://localhost"};
  CHECK(verdict(outcome) ==
        Lines{"Hands needed: demo.service exited with status 3.", "  Run, and read what they say:",
              "    git -C /srv/app reset --hard 111", "    curl -i http://localhost"});
}

TEST_CASE("the verdict where nothing was deployed") {
  Outcome outcome = updated();
  outcome.error = deploy::Failure{"Nothing new on main: 1111111 is deployed.", ""};
  for (const Result result : {Result::kUnchanged, Result::kStale}) {
    outcome.result = result;
    CHECK(verdict(outcome) == Lines{"Nothing new on main: 1111111 is deployed."});
  }
  outcome.result = Result::kBlocked;
  CHECK(verdict(outcome) == Lines{"Not updated."});
  outcome.result = Result::kPlanned;
  CHECK(verdict(outcome).empty());
  outcome.result = Result::kBackedUp;
  CHECK(verdict(outcome) == Lines{"Backed up as 20261124_101500 in 25.0 s."});
}

}  // namespace nutricount::report
