#include "model/restore_points.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace nutricount;
using namespace nutricount::model;

namespace {
const Timestamp kStart = from_utc("2026-11-24T10:00:00.000Z").value();
Timestamp minute(int number) { return kStart + std::chrono::minutes(number); }
std::string id(int number) { return fmt::format("20261124_10{:02}00", number); }

/// What happened, a minute each. Environments have the names that they got since.
struct Story {
  Deployments deployments;
  std::vector<DataBackup> backups;
  std::string runs;  ///< a commit; empty: nothing yet

  Deployment& add(const char* command, const char* result, const std::string& to) {
    const int number = static_cast<int>(deployments.size());
    Deployment one{.id = id(number),
                   .command = command,
                   .started = minute(number),
                   .result = result,
                   .from = runs,
                   .to = to,
                   .subject = "subject of " + to,
                   .environment = "venv." + to,
                   .previous_environment = runs.empty() ? "" : "venv." + runs};
    if (!runs.empty()) {
      one.backup = one.id;
      backups.push_back({one.id, one.started + std::chrono::seconds(2), runs});
    }
    deployments.push_back(one);
    return deployments.back();
  }
  Story& update(const std::string& to) {
    add("update", "updated", to);
    runs = to;
    return *this;
  }
  Story& rollback(const std::string& to) {
    add("rollback", "rolled-back", to);
    runs = to;
    return *this;
  }
  Story& fail(const char* command, const char* result, const std::string& to) {
    add(command, result, to);
    return *this;
  }
  Story& adopt(const std::string& commit) {
    runs = commit;
    return *this;
  }
  /// An operator's backup, in the middle of the minute after the last deployment.
  Story& back_up(const std::string& backup) {
    const auto last = minute(static_cast<int>(deployments.size()) - 1);
    backups.push_back({backup, last + std::chrono::seconds(30), runs});
    return *this;
  }
};

/// "0 a env=venv.a data=1", "- …" for what no deployment brought, "… live".
std::string words(const RestorePoint& point) {
  const auto number = [](const std::string& of) { return of.empty() ? "-" : of.substr(12, 1); };
  return fmt::format("{} {} env={} data={}{}", number(point.deployment), point.commit,
                     point.environment, number(point.backup), point.live ? " live" : "");
}

std::string words(const std::optional<RestorePoint>& point) {
  return point ? words(*point) : "none";
}

std::string points(const Story& story) {
  std::vector<std::string> all;
  for (const auto& one : restore_points(story.deployments, story.backups)) {
    all.push_back(words(one));
  }
  return fmt::format("{}", fmt::join(all, ", "));
}

std::string before(const Story& story) {
  return words(point_before(story.deployments, story.backups));
}

std::string named(const Story& story, const std::string& name) {
  return words(point_named(name, story.deployments, story.backups));
}
}  // namespace

TEST_CASE("every deployment that went live, and what was there before it, can be gone back to") {
  struct Case {
    const char* what;
    Story story;
    const char* points;
    const char* before;
  };
  const std::vector<Case> cases{
      {"nothing was deployed", {}, "", "none"},
      {"only failures", Story().fail("update", "failed", "a"), "", "none"},
      {"the first deployment", Story().update("a"), "0 a env=venv.a data=- live", "none"},
      {"the first one of an application that was there", Story().adopt("a").update("b"),
       "- a env=venv.a data=0, 0 b env=venv.b data=- live", "- a env=venv.a data=0"},
      {"two", Story().update("a").update("b"), "0 a env=venv.a data=1, 1 b env=venv.b data=- live",
       "0 a env=venv.a data=1"},
      {"what failed between is none",
       Story()
           .update("a")
           .fail("update", "rolled-back", "x")
           .fail("update", "failed", "x")
           .update("b")
           .fail("update", "rolled-back", "c")
           .fail("rollback", "failed", "a"),
       "0 a env=venv.a data=3, 3 b env=venv.b data=- live", "0 a env=venv.a data=3"},
      {"deployed again with --force", Story().update("a").update("b").update("b"),
       "0 a env=venv.a data=1, 1 b env=venv.b data=2, 2 b env=venv.b data=- live",
       "0 a env=venv.a data=1"},
      {"only ever the same one", Story().update("a").update("a"),
       "0 a env=venv.a data=1, 1 a env=venv.a data=- live", "none"},
      {"a rollback is one, and the next goes further back",
       Story().update("a").update("b").update("c").rollback("b"),
       "0 a env=venv.a data=1, 1 b env=venv.b data=2, 2 c env=venv.c data=3, "
       "3 b env=venv.b data=- live",
       "0 a env=venv.a data=1"},
      {"back to the first: nothing is before it", Story().update("a").update("b").rollback("a"),
       "0 a env=venv.a data=1, 1 b env=venv.b data=2, 2 a env=venv.a data=- live", "none"},
      {"back and forth: to what the last update replaced",
       Story().update("a").update("b").rollback("a").update("b"),
       "0 a env=venv.a data=1, 1 b env=venv.b data=2, 2 a env=venv.a data=3, "
       "3 b env=venv.b data=- live",
       "2 a env=venv.a data=3"},
      {"only data went back", Story().update("a").update("b").rollback("b"),
       "0 a env=venv.a data=1, 1 b env=venv.b data=2, 2 b env=venv.b data=- live",
       "0 a env=venv.a data=1"}};
  for (const auto& one : cases) {
    CAPTURE(one.what);
    CHECK(points(one.story) == one.points);
    CHECK(before(one.story) == one.before);
  }
}

TEST_CASE("a point says when it began, with which subject; not where that is not known") {
  Story story;
  story.adopt("a").update("b").update("c");
  const auto all = restore_points(story.deployments, story.backups);
  REQUIRE(all.size() == 3);
  CHECK(all[0].since == Timestamp{});
  CHECK(all[0].subject.empty());
  CHECK(all[1].since == minute(0));
  CHECK(all[1].subject == "subject of b");
  CHECK(all[2].since == minute(1));
  CHECK(all[2].subject == "subject of c");
}

TEST_CASE("code that came without a deployment belongs to none") {
  Story story;
  story.update("a").adopt("by hand").update("b");
  CHECK(points(story) == "- by hand env=venv.by hand data=1, 1 b env=venv.b data=- live");
  CHECK(before(story) == "- by hand env=venv.by hand data=1");
}

TEST_CASE("an environment has the name that it was given when it was replaced") {
  Story story;
  story.adopt("a").update("b");
  story.deployments[0].previous_environment = "venv.before-" + id(0);
  CHECK(before(story) == "- a env=venv.before-" + id(0) + " data=0");
  story.deployments[0].previous_environment.clear();
  CHECK(before(story) == "- a env= data=0");
}

TEST_CASE("a backup that is gone is no point's data") {
  Story story;
  story.update("a").update("b").update("c");
  story.backups.erase(story.backups.begin());
  CHECK(points(story) ==
        "0 a env=venv.a data=-, 1 b env=venv.b data=2, 2 c env=venv.c data=- live");
  story.backups.clear();
  CHECK(before(story) == "1 b env=venv.b data=-");
}

TEST_CASE("a point is named by a deployment, a backup, or the first digits of a commit") {
  const std::string a = "aaaaaaa" + std::string(33, '1');
  const std::string b = "bbbbbbb" + std::string(33, '2');
  const std::string hot = "20261124_120000";
  Story story;
  story.adopt(a).update(b).back_up(hot).update(a).update(b);
  const auto of = [](const char* deployment, const std::string& commit, const char* rest) {
    return fmt::format("{} {} env=venv.{} data={}", deployment, commit, commit, rest);
  };
  CHECK(named(story, id(0)) == of("0", b, "1"));
  CHECK(named(story, id(1)) == of("1", a, "2"));
  CHECK(named(story, id(2)) == of("2", b, "- live"));
  CHECK(named(story, a) == of("1", a, "2"));  // not the one before the first
  CHECK(named(story, b.substr(0, 7)) == of("2", b, "- live"));
  for (const std::string& name :
       {std::string(), std::string("aaaaaa"), std::string("aaaaaaa2"), a + "1", id(9),
        std::string("subject of " + a), "venv." + a, std::string("-"), std::string(7, ' ')}) {
    CAPTURE(name);
    CHECK(named(story, name) == "none");
  }
}

TEST_CASE("a backup between deployments has the code and the environment of then") {
  const std::string hot = "20261124_120000";
  Story story;
  story.adopt("a").update("b").back_up(hot).update("a").update("b");
  auto point = point_named(hot, story.deployments, story.backups);
  REQUIRE(point);
  CHECK(point->deployment == id(0));  // and not the later one of the same commit
  CHECK(point->commit == "b");
  CHECK(point->environment == "venv.b");
  CHECK(point->backup == hot);
  CHECK_FALSE(point->live);

  const std::string late = "20261124_130000";
  story.back_up(late);
  point = point_named(late, story.deployments, story.backups);
  REQUIRE(point);
  CHECK(point->deployment == id(2));
  CHECK(point->backup == late);
  CHECK_FALSE(point->live);  // the code runs, but not this data
}

TEST_CASE("a backup is taken for its data, where it is asked for by --data-only") {
  Story story;
  story.update("a").update("b").update("c");
  const auto point = point_of_backup(id(1), story.deployments, story.backups);
  REQUIRE(point);
  CHECK(point->commit == "a");
  CHECK(point->deployment == id(0));
  CHECK(point->backup == id(1));
  CHECK_FALSE(point_of_backup(id(0), story.deployments, story.backups));
  CHECK_FALSE(point_of_backup("", story.deployments, story.backups));
}

TEST_CASE("a backup without any deployment, or of a commit that none brought, stands for itself") {
  const std::string hot = "20261124_120000";
  for (const Story& story :
       {Story().adopt("a").back_up(hot), Story().update("b").adopt("a").back_up(hot),
        Story().fail("update", "rolled-back", "a").adopt("a").back_up(hot)}) {
    const auto point = point_named(hot, story.deployments, story.backups);
    REQUIRE(point);
    CHECK(point->deployment.empty());
    CHECK(point->commit == "a");
    CHECK(point->environment.empty());
    CHECK(point->backup == hot);
  }
}
