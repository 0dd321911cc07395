#include "backup/workspace.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "backup/playground.hpp"

using namespace nutricount;
using namespace nutricount::backup;

namespace {
constexpr const char* kOld = "20260101_000000";
constexpr const char* kNew = "20260101_000009";

std::vector<std::string> ids(const Playground& place) {
  std::vector<std::string> out;
  for (const auto& one : place.store().list()) {
    CHECK(one.verified);
    CHECK(place.store().verify(one.id).empty());
    out.push_back(one.id);
  }
  return out;
}
using Ids = std::vector<std::string>;
}  // namespace

TEST_CASE("what a kill left of a marker or a manifest goes, and nothing else") {
  const Playground place;
  const char* const left[] = {".backup.partial.new", ".backup.partial.json",
                              ".backup.partial.known"};
  const char* const others[] = {".backup.20261124_101500.json.newer", ".backup.mine.new",
                                "venv.new", "notes.new"};
  for (const char* name : left) place.write(name, "x");
  for (const char* name : others) place.write(name, "x");
  fs::create_directory(place.root / "data.backup.partial");
  place.store().sweep();
  for (const char* name : left) CHECK_FALSE(fs::exists(place.root / name));
  for (const char* name : others) CHECK(fs::exists(place.root / name));
  CHECK_FALSE(fs::exists(place.root / "data.backup.partial"));
}

TEST_CASE("a backup made over an old one takes its trees, and writes only what differs") {
  const Playground place;
  place.make(kOld);
  const auto inode = fs::directory_entry(place.root / "data.backup.20260101_000000/notes.txt");
  struct stat before {};
  REQUIRE(lstat(inode.path().c_str(), &before) == 0);
  place.write("data/sub/late", "new");
  place.make(kNew, kOld);
  CHECK(ids(place) == Ids{kNew});
  struct stat after {};
  REQUIRE(lstat((place.root / "data.backup.20260101_000009/notes.txt").c_str(), &after) == 0);
  CHECK(after.st_ino == before.st_ino);
  CHECK(place.read("data.backup.20260101_000009/sub/late") == "new");
}

TEST_CASE("a failure costs the old one, and no second") {
  const Playground place;
  place.make(kOld);
  place.make("20260101_000001");
  {
    Subject subject = place.subject(kNew);
    subject.over = kOld;
    Maker maker(subject);
    CHECK(ids(place) == Ids{"20260101_000001"});
    maker.copy(Deadline(), {});
  }
  CHECK(ids(place) == Ids{"20260101_000001"});
  CHECK(Workspace(place.store().layout()).stands());
  CHECK(place.store().due(1, {}).empty());  // what stands is used first
  place.make("20260101_000010");
  CHECK(ids(place) == Ids{"20260101_000001", "20260101_000010"});
  CHECK_FALSE(Workspace(place.store().layout()).stands());
}

TEST_CASE("a recycled backup waits for the next; a removed one leaves what waits alone") {
  const Playground place;
  place.make(kOld);
  place.make("20260101_000001");
  place.store().recycle(kOld);
  CHECK(ids(place) == Ids{"20260101_000001"});
  place.store().remove("20260101_000001");
  CHECK(ids(place).empty());
  CHECK(Workspace(place.store().layout()).stands());
  place.make(kNew);
  CHECK(ids(place) == Ids{kNew});
}

TEST_CASE("a file that another name shares is made anew, never rewritten in place") {
  const Playground place;
  place.make(kOld);
  fs::create_hard_link(place.root / "data.backup.20260101_000000/notes.txt",
                       place.root / "operators_own_link");
  place.write("data/notes.txt", "changed");
  place.make(kNew, kOld);
  CHECK(place.read("operators_own_link") == "first");
  CHECK(place.read("data.backup.20260101_000009/notes.txt") == "changed");
}

TEST_CASE("a kill while one is made over another leaves what is listed whole") {
  const Playground place;
  for (int i = 0; i < 30; ++i) {
    place.store().sweep();
    for (const auto& id : ids(place)) place.store().remove(id);
    place.make(kOld);
    place.write("data/notes.txt", std::to_string(i));
    const pid_t maker = fork();
    if (maker == 0) {
      place.make(kNew, kOld);
      _exit(0);
    }
    usleep(static_cast<useconds_t>(i) * 300);
    kill(maker, SIGKILL);
    waitpid(maker, nullptr, 0);
    CHECK(ids(place).size() <= 1);
    place.store().sweep();
    CHECK(ids(place).size() <= 1);
  }
}

TEST_CASE("a full backup shares code with the one before, and no data") {
  const Playground place;
  place.write("app.py", "code");
  const fs::path backups = place.root / "backups";
  fs::create_directory(backups);
  const Layout layout = Layout::full(place.root, {"data", "logs"}, backups);
  const auto make = [&](const std::string& id, const std::string& beside) {
    Subject subject = place.subject(id);
    subject.layout = layout;
    subject.beside = beside;
    Maker maker(subject);
    maker.copy(Deadline(), {});
    maker.seal();
  };
  place.make("20260101_000005");  // a data backup, which is in no full one
  make(kOld, "");
  make(kNew, kOld);
  const auto links = [&](const char* path) { return fs::hard_link_count(backups / path); };
  CHECK(links("backup_20260101_000009/app.py") == 2);
  CHECK(links("backup_20260101_000009/data/notes.txt") == 1);
  CHECK(links("backup_20260101_000009/data/x.db") == 1);
  CHECK_FALSE(fs::exists(backups / "backup_20260101_000009/backups"));
  CHECK_FALSE(fs::exists(backups / "backup_20260101_000009/data.backup.20260101_000005"));
  const Store store(layout);
  CHECK(store.list().size() == 2);
  CHECK(store.verify(kNew).empty());
  store.remove(kOld);
  CHECK(store.verify(kNew).empty());
}
