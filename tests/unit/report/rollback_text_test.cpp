#include "report/rollback_text.hpp"

#include <nlohmann/json.hpp>

#include "base/printable.hpp"
#include "captured.hpp"
#include "outcomes.hpp"
#include "report/screen.hpp"

namespace nutricount::report {
using deploy::ListedPoint;
using deploy::Outcome;
using deploy::Plan;
using nlohmann::json;
namespace {
using Lines = std::vector<std::string>;
const Options kOptions{.color = Color::kNever, .log = LogFile()};

/// Back from kNew to kOld; data stays.
Plan rollback_plan() {
  Plan plan = update_plan();
  std::swap(plan.from, plan.to);
  plan.kind = deploy::Kind::kRollback;
  return plan;
}

deploy::DataChange data() {
  return {.backup = "20261123_090000",
          .time = from_utc("2026-11-23T09:00:01.500Z").value(),
          .bytes = 104U << 20U};
}

Outcome gone_back() {
  Outcome outcome = updated();
  outcome.kind = deploy::Kind::kRollback;
  outcome.result = deploy::Result::kRolledBack;
  std::swap(outcome.from, outcome.to);
  return outcome;
}

Outcome put_back_again() {
  Outcome outcome = rolled_back();
  outcome.kind = deploy::Kind::kRollback;
  outcome.result = deploy::Result::kFailed;
  outcome.bad_reason.clear();
  std::swap(outcome.from, outcome.to);
  return outcome;
}

ListedPoint point(const std::string& subject) {
  ListedPoint one;
  one.id = "20261124_101500";
  one.time = now() - std::chrono::hours(3);
  one.commit = kOld;
  one.subject = subject;
  one.outcome = "updated";
  one.code = one.data = true;
  one.bytes = 104U << 20U;
  return one;
}

std::string table(const std::vector<ListedPoint>& points) {
  return written({}, [&] { tell_points(points, kOptions); }).out;
}
}  // namespace

TEST_CASE("the heading says what becomes of the code and the environment") {
  Plan plan = rollback_plan();
  const std::string first = "2222222 → 1111111   back to \"Rounding\"";
  const auto told = [&](const std::string& words) {
    return Lines{first, "  code and environment  " + words, "  data                  stays"};
  };
  CHECK(rollback_heading(plan) == told("code goes back, the environment is the same"));
  plan.environment = deploy::EnvironmentChange{.reason = "venv.20261120_080000 is not there",
                                               .live = "venv",
                                               .after = "venv.20261124_101500"};
  CHECK(rollback_heading(plan) == told("go back; venv is built anew while the application serves "
                                       "(venv.20261120_080000 is not there)"));
  plan.environment->is_there = true;
  CHECK(rollback_heading(plan) == told("go back, to venv.20261124_101500"));
  plan.usual_downtime = 1.5;
  CHECK(rollback_heading(plan).back() == "  down for about        1.50 s");
}

TEST_CASE("the heading says whether data stays, and why") {
  Plan plan = rollback_plan();
  CHECK(rollback_heading(plan).back() == "  data                  stays");
  plan.difference = model::DataDifference{.reshaped = {}, .rows = {{"a", 1, 0}}, .files = 0};
  CHECK(rollback_heading(plan).back() == "  data                  stays: its shape is the same");
  plan.difference->reshaped = {"a"};  // --keep-data
  CHECK(rollback_heading(plan).back() == "  data                  stays");
}

TEST_CASE("the heading says which data goes back, and what is set aside") {
  Plan plan = rollback_plan();
  plan.data = data();
  const std::string goes = "  data                  goes back to " +
                           to_log_time(plan.data->time).substr(0, 19) +
                           ", 104 MiB (backup 20261123_090000)";
  const auto last = [&](std::size_t count) {
    const auto lines = rollback_heading(plan);
    return Lines(lines.end() - static_cast<long>(count), lines.end());
  };
  CHECK(last(1) == Lines{goes});  // --restore-data, and no comparison was possible
  plan.difference.emplace();
  CHECK(last(2) == Lines{goes, "                        nothing was written since"});
  plan.difference->rows = {{"log_entries", 38, 0}, {"products", 3, 4}};
  plan.difference->files = 2;
  CHECK(last(2) ==
        Lines{goes,
              "                        41 rows (log_entries 38, products 3) and 1 deleted row "
              "(products 1) and 2 files since then: set aside, in data.replaced.20261124_101500"});
}

TEST_CASE("the heading says that nothing vouches for a backup without a manifest") {
  Plan plan = rollback_plan();
  plan.data_only = true;
  plan.data = data();
  plan.data->verified = false;
  const auto lines = rollback_heading(plan);
  CHECK(lines.at(2) == "  data                  goes back to " +
                           to_log_time(plan.data->time).substr(0, 19) +
                           ", 104 MiB (backup 20261123_090000, without manifest: only its "
                           "databases are checked)");
  CHECK(lines.at(3) ==
        "                        today's data is set aside, in data.replaced.20261124_101500");
}

TEST_CASE("the heading where only data goes back") {
  Plan plan = rollback_plan();
  plan.data_only = true;
  plan.data = data();
  const auto lines = rollback_heading(plan);
  CHECK(lines.front() == "Back to the data of " + to_log_time(plan.data->time).substr(0, 19) +
                             ", under 2222222 \"Fasting streaks\"");
  CHECK(lines.at(1) == "  code and environment  stay");
}

TEST_CASE("the verdict on one that went well") {
  Outcome outcome = gone_back();
  CHECK(rollback_verdict(outcome) == Lines{"Back to 1111111 in 25.0 s. Down for 1.30 s."});
  outcome.downtime_seconds.reset();
  CHECK(rollback_verdict(outcome) == Lines{"Back to 1111111 in 25.0 s."});
  outcome.bad_reason = "slow";
  CHECK(rollback_verdict(outcome) ==
        Lines{"Back to 1111111 in 25.0 s.",
              "  2222222 is marked bad; a newer commit deploys as usual.",
              "  Forward again: nutricount-deploy update --force"});
}

TEST_CASE("the verdict says where today's data is, and what only it has") {
  Outcome outcome = gone_back();
  outcome.set_aside = {"/srv/app/data.replaced.1", "/srv/app/media.replaced.1"};
  CHECK(rollback_verdict(outcome).back() ==
        "  Today's data is kept in /srv/app/data.replaced.1, /srv/app/media.replaced.1");
  outcome.set_aside.pop_back();
  outcome.rows_aside = {{"log_entries", 38, 0}, {"users", 0, 1}};
  CHECK(rollback_verdict(outcome).back() ==
        "  Today's data, with 38 rows (log_entries 38) and 1 deleted row (users 1) that are not "
        "back, is kept in /srv/app/data.replaced.1");
}

TEST_CASE("the verdict on one that did not work") {
  Outcome outcome = put_back_again();
  const std::string first =
      "Not rolled back to 1111111: demo.service exited with status 3. 2222222 is back as it was.";
  CHECK(rollback_verdict(outcome) == Lines{first});
  outcome.set_aside = {"/srv/app/data.replaced.1"};
  CHECK(rollback_verdict(outcome) ==
        Lines{first, "  What was written meanwhile is in /srv/app/data.replaced.1"});
}

TEST_CASE("the table has a line for each point, and says so where there is none") {
  CHECK(table({}) == "Nothing was deployed yet, and there is no backup.\n");
  ListedPoint bare;
  bare.outcome = "before";
  ListedPoint bad = point("Rounding");
  bad.bad_reason = "slow\x1b[31m";
  bad.environment = true;
  ListedPoint old = point("");
  old.code = false;
  old.outcome = "backup";
  old.unverified = {"/srv/app/data.backup.1"};
  ListedPoint live = point("Rounding");
  live.outcome = "live";
  const std::string text = table({live, bad, old, bare});
  CHECK(text ==
        "ID               AGE      COMMIT   SUBJECT                      OUTCOME      HOLDS"
        "                   SIZE\n"
        "20261124_101500  3 h      1111111  Rounding                     * live       code data"
        "            104 MiB\n"
        "20261124_101500  3 h      1111111  Rounding                     updated      code env data"
        "        104 MiB  bad: slow\\x1b[31m\n"
        "20261124_101500  3 h      1111111                               backup       data, "
        "unverified     104 MiB\n"
        "-                -        -                                     before       -"
        "                          -\n");
}

TEST_CASE("a long subject is shortened, and never within a character") {
  CHECK(has(table({point(std::string(28, 'x'))}), " " + std::string(28, 'x') + " "));
  CHECK(has(table({point(std::string(29, 'x'))}), " " + std::string(27, 'x') + "… "));
  for (const std::string character : {"ä", "€", "😀", "a\u0308"}) {
    for (std::size_t before = 0; before < 8; ++before) {
      std::string subject(before, 'x');
      while (subject.size() < 60) subject += character;
      const std::string text = table({point(subject)});
      CAPTURE(text);
      CHECK(is_utf8(text));
      CHECK(has(text, "…"));
      CHECK_FALSE(has(text, "\\x"));
    }
  }
  // Bytes that are no character end somewhere, too.
  CHECK(is_utf8(table({point(std::string(60, '\xbf')), point(std::string(60, '\xff'))})));
}

TEST_CASE("points as JSON have their whole subject, and no time that is not known") {
  Options options = kOptions;
  options.json = true;
  ListedPoint bare;
  bare.outcome = "before";
  const std::string subject(100, 'x');
  const auto out = written({}, [&] { tell_points({point(subject), bare}, options); }).out;
  const json points = json::parse(out).at("points");
  REQUIRE(points.size() == 2);
  CHECK(points[0].at("subject") == subject);
  CHECK(points[0].at("verifiable") == true);
  CHECK(points[1].at("time").is_null());
  CHECK(points[1].at("outcome") == "before");
}

TEST_CASE("what --resume found") {
  const auto told = [](const std::optional<Outcome>& outcome, const Options& options) {
    return written({}, [&] { static_cast<void>(tell_resumed(outcome, options)); });
  };
  CHECK(told(std::nullopt, kOptions).out == "No deployment was interrupted.\n");
  CHECK(told(updated(), kOptions).out == "ok 20261124_101500: completed, with 2222222.\n");
  CHECK(told(rolled_back(), kOptions).out == "ok 20261124_101500: undone: 1111111 is back.\n");
  CHECK(told(gone_back(), kOptions).out == "ok 20261124_101500: completed, with 1111111.\n");
  CHECK(told(put_back_again(), kOptions).out == "ok 20261124_101500: undone: 2222222 is back.\n");
  Outcome first = rolled_back();
  first.from = {};
  CHECK(told(first, kOptions).out == "ok 20261124_101500: undone: nothing is deployed.\n");
  Options quiet = kOptions;
  quiet.quiet = true;
  CHECK(told(std::nullopt, quiet).out.empty());
  Options as_json = kOptions;
  as_json.json = true;
  CHECK(json::parse(told(std::nullopt, as_json).out) == json{{"outcome", "unchanged"}});
  CHECK(json::parse(told(rolled_back(), as_json).out).at("outcome") == "rolled-back");
}

TEST_CASE("--resume ends badly only where hands are needed") {
  Options quiet = kOptions;
  quiet.quiet = true;
  CHECK(tell_resumed(std::nullopt, quiet) == ExitStatus::kDone);
  CHECK(tell_resumed(rolled_back(), quiet) == ExitStatus::kDone);
  Outcome hands = rolled_back();
  hands.exit_status = ExitStatus::kHandsNeeded;
  hands.hands = {"git -C /srv/app reset --hard 111"};
  const auto told = written({}, [&] {
    const auto status = tell_resumed(hands, quiet);
    if (status != ExitStatus::kHandsNeeded) put(stderr, "another status");
  });
  CHECK(told.out.empty());
  CHECK(told.err ==
        "error: demo.service exited with status 3\n  hint: look at its log\n"
        "    git -C /srv/app reset --hard 111\n");
}

}  // namespace nutricount::report
