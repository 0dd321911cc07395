#include "deploy/environment.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "catching.hpp"
#include "os/file.hpp"
#include "scratch.hpp"

namespace nutricount::deploy {
namespace fs = std::filesystem;
namespace {
constexpr const char* kId = "20261124_101500";
constexpr const char* kOldId = "20261101_090000";

struct Home : Scratch {
  void make(const std::string& name) const {
    fs::create_directory(root / name);
    write(root / name / "made", name);
  }
  /// Every name with what it is: "venv -> venv.1", "venv.1/ of venv.1".
  [[nodiscard]] std::set<std::string> names() const {
    std::set<std::string> all;
    for (const auto& entry : fs::directory_iterator(root)) {
      const std::string name = entry.path().filename();
      if (entry.is_symlink()) {
        all.insert(name + " -> " + fs::read_symlink(entry.path()).string());
      } else {
        all.insert(name + "/ of " + read(entry.path() / "made"));
      }
    }
    return all;
  }
};

EnvironmentChange change(const std::string& before, bool adopts) {
  return {.reason = "requirements.txt changed",
          .live = "venv",
          .before = before,
          .adopts = adopts,
          .after = std::string("venv.") + kId};
}

/// The three ways in which an environment is there before.
struct Way {
  const char* name;
  EnvironmentChange change;
  std::set<std::string> before;
  std::set<std::string> after;
};

std::vector<Way> ways() {
  return {{"none before",
           change("", false),
           {"venv.20261124_101500/ of venv.20261124_101500"},
           {"venv -> venv.20261124_101500", "venv.20261124_101500/ of venv.20261124_101500"}},
          {"a link before",
           change("venv.20261101_090000", false),
           {"venv -> venv.20261101_090000", "venv.20261101_090000/ of venv.20261101_090000",
            "venv.20261124_101500/ of venv.20261124_101500"},
           {"venv -> venv.20261124_101500", "venv.20261101_090000/ of venv.20261101_090000",
            "venv.20261124_101500/ of venv.20261124_101500"}},
          {"a plain directory before",
           change("venv.before-20261124_101500", true),
           {"venv/ of venv", "venv.20261124_101500/ of venv.20261124_101500"},
           {"venv -> venv.20261124_101500", "venv.before-20261124_101500/ of venv",
            "venv.20261124_101500/ of venv.20261124_101500"}}};
}

void prepare(const Home& home, const Way& way) {
  home.make(way.change.after);
  if (way.change.adopts) home.make("venv");
  if (way.change.adopts || way.change.before.empty()) return;
  home.make(way.change.before);
  fs::create_directory_symlink(way.change.before, home.root / "venv");
}

/// Does `work` in a child that is killed after so many microseconds.
void killed_after(int microseconds, const std::function<void(const os::Bounds&)>& work) {
  pid_t killer = 0;
  os::Bounds bounds;
  bounds.on_start = [&](const os::ProcessId& process) {
    killer = fork();
    if (killer != 0) return;
    usleep(static_cast<useconds_t>(microseconds));
    kill(process.pid, SIGKILL);
    _exit(0);
  };
  try {
    work(bounds);
  } catch (const Error& error) {
    CHECK(tells(error, "status 137"));
  }
  waitpid(killer, nullptr, 0);
}
}  // namespace

TEST_CASE("the environment in use is a directory, or what a link names") {
  const Home home;
  const auto in_use = [&] { return environment_in_use(home.root, "venv"); };
  CHECK(in_use().empty());
  home.make("venv.1");
  fs::create_directory_symlink("venv.1", home.root / "venv");
  CHECK(in_use() == "venv.1");
  fs::remove_all(home.root / "venv.1");
  CHECK(in_use().empty());  // a link to nothing
  fs::remove(home.root / "venv");
  fs::create_directory_symlink("venv", home.root / "venv");
  CHECK(in_use().empty());  // a link to itself
  fs::remove(home.root / "venv");
  fs::create_directory_symlink(home.root, home.root / "venv");
  CHECK(in_use() == home.root.string());  // someone's own link
  fs::remove(home.root / "venv");
  home.make("venv");
  CHECK(in_use() == "venv");
  fs::remove_all(home.root / "venv");
  home.write("venv", "a file");
  CHECK(in_use().empty());
}

TEST_CASE("an environment tells what it was built from") {
  const Home home;
  home.make("venv");
  CHECK_FALSE(built_from(home.root / "venv"));
  CHECK_FALSE(built_from(home.root / "none"));
  const Requirements requirements{{"requirements.txt", "flask\ngunicorn==20 # \"é\"\n"},
                                  {"requirements/extra.txt", ""}};
  note_built_from(home.root / "venv", requirements);
  CHECK(built_from(home.root / "venv") == requirements);
  note_built_from(home.root / "venv", {});
  CHECK(built_from(home.root / "venv") == Requirements{});
  for (const char* damaged : {"", "{", "[]", "garbage"}) {
    home.write("venv/.nutricount-deploy.json", damaged);
    CHECK_FALSE(built_from(home.root / "venv"));
  }
}

TEST_CASE("switched and switched back, as often as one likes") {
  for (const Way& way : ways()) {
    CAPTURE(way.name);
    const Home home;
    prepare(home, way);
    REQUIRE(home.names() == way.before);
    switch_environment_back(home.root, way.change, {});  // never got to switch
    CHECK(home.names() == way.before);
    for (int i = 0; i < 2; ++i) {
      switch_environment(home.root, way.change, {});
      CHECK(home.names() == way.after);
    }
    CHECK(environment_in_use(home.root, "venv") == way.change.after);
    CHECK(home.read("venv/made") == way.change.after);
    for (int i = 0; i < 2; ++i) {
      switch_environment_back(home.root, way.change, {});
      CHECK(home.names() == way.before);
    }
  }
}

TEST_CASE("killed at any instant of the switch, it can be finished or taken back") {
  for (const Way& way : ways()) {
    CAPTURE(way.name);
    for (int instant = 0; instant < 40; ++instant) {
      CAPTURE(instant);
      const Home home;
      prepare(home, way);
      const auto half_way = [&](const os::Bounds& bounds) {
        switch_environment(home.root, way.change, bounds);
      };
      const auto half_back = [&](const os::Bounds& bounds) {
        switch_environment_back(home.root, way.change, bounds);
      };
      killed_after(20 * instant, half_way);
      killed_after(20 * instant, half_back);
      switch_environment_back(home.root, way.change, {});
      CHECK(home.names() == way.before);
      killed_after(20 * instant, half_way);
      switch_environment(home.root, way.change, {});
      CHECK(home.names() == way.after);
    }
  }
}

// Between two system calls, where the loop above seldom hits.
TEST_CASE("what a kill between two calls leaves is gone after the way on and the way back") {
  for (const bool back : {true, false}) {
    CAPTURE(back);
    const auto settle = [back](const Home& home, const Way& way) {
      if (back) {
        switch_environment_back(home.root, way.change, {});
      } else {
        switch_environment(home.root, way.change, {});
      }
      CHECK(home.names() == (back ? way.before : way.after));
    };
    for (const Way& way : ways()) {
      CAPTURE(way.name);
      const Home home;
      prepare(home, way);
      const std::string made_first = way.change.adopts ? way.change.before : "venv";
      fs::create_directory_symlink(way.change.after, home.root / (made_first + ".new"));
      settle(home, way);
    }
    const Home home;
    const Way adopting = ways().at(2);
    prepare(home, adopting);
    fs::create_directory_symlink(adopting.change.after, home.root / adopting.change.before);
    settle(home, adopting);
  }
}

TEST_CASE("the links belong to the owner of the tree" * doctest::skip(geteuid() != 0)) {
  const Home home;
  const Way way = ways().at(2);
  prepare(home, way);
  const os::Owner nobody{65534, 65534, "nobody", "/"};
  for (const auto& path : {home.root, home.root / "venv", home.root / way.change.after}) {
    REQUIRE(chown(path.c_str(), nobody.uid, nobody.gid) == 0);
  }
  switch_environment(home.root, way.change, {.owner = nobody});
  CHECK(os::look_at(home.root / "venv")->st_uid == nobody.uid);
  CHECK(home.names() == way.after);
}

TEST_CASE("a switch that cannot be made is taken back as one that was killed") {
  const Home home;
  const Way way = ways().at(2);
  home.make("venv");
  home.make(way.change.before);  // in the way
  const auto before = home.names();
  CHECK_THROWS_AS(switch_environment(home.root, way.change, {}), Error);
  CHECK(home.read("venv/made") == "venv");
  switch_environment_back(home.root, way.change, {});
  CHECK(home.names() == before);
}

TEST_CASE("a tree is removed, whatever is in it; one that is not there is fine") {
  const Home home;
  home.make("venv.1");
  home.write("outside", "kept");
  fs::create_symlink(home.root / "outside", home.root / "venv.1/link");
  fs::create_directories(home.root / "venv.1/a/b/c");
  remove_tree(home.root / "venv.1", {});
  remove_tree(home.root / "venv.1", {});
  CHECK_FALSE(fs::exists(home.root / "venv.1"));
  CHECK(home.read("outside") == "kept");
}

TEST_CASE("a tree that the owner may not remove is an error with its path" *
          doctest::skip(geteuid() != 0)) {
  const Home home;
  home.make("venv.1");
  const os::Owner nobody{65534, 65534, "nobody", "/"};
  const Error error = error_of([&] { remove_tree(home.root / "venv.1", {.owner = nobody}); });
  CHECK(tells(error, "cannot remove " + (home.root / "venv.1").string()));
  CHECK(tells(error, "Permission denied"));
  CHECK(fs::exists(home.root / "venv.1/made"));
}

TEST_CASE("unused are those of ours that are neither in use nor kept") {
  const Home home;
  for (const std::string& name :
       {std::string("venv.") + kId, std::string("venv.") + kOldId,
        std::string("venv.20261001_000000"), std::string("venv.before-") + kOldId,
        std::string("venv.before-20261001_000000"), std::string("venv.mine"),
        std::string("venv.before-mine"), std::string("venv2"), std::string("other.") + kId}) {
    home.make(name);
  }
  fs::create_directory_symlink(std::string("venv.") + kId, home.root / "venv");
  const auto unused = unused_environments(
      home.root, "venv", {std::string("venv.") + kOldId, std::string("venv.before-") + kOldId});
  CHECK(std::set<std::string>(unused.begin(), unused.end()) ==
        std::set<std::string>{"venv.20261001_000000", "venv.before-20261001_000000"});
  CHECK(unused_environments(home.root, "", {}).empty());
}

}  // namespace nutricount::deploy
