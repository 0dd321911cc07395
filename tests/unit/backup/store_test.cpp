#include "backup/store.hpp"

#include <doctest/doctest.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "base/error.hpp"
#include "os/owner.hpp"
#include "scratch.hpp"
#include "sqlite/database.hpp"

using namespace nutricount;
using namespace nutricount::backup;
namespace fs = std::filesystem;

namespace {
struct Playground : Scratch {
  Playground() {
    fs::create_directories(root / "data/sub");
    fs::create_directories(root / ".git");
    write("data/notes.txt", "first");
    write("data/sub/\xff name", "bytes");
    fs::create_symlink("notes.txt", root / "data/link");
    sql("PRAGMA journal_mode=WAL; CREATE TABLE t(a,b); INSERT INTO t VALUES (50,50);");
  }
  void sql(const char* text, const char* file = "data/x.db") const {
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open((root / file).c_str(), &database) == SQLITE_OK);
    sqlite3_busy_timeout(database, 5000);
    CHECK(sqlite3_exec(database, text, nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(database);
  }
  [[nodiscard]] Subject subject(const std::string& id) const {
    return {.directory = root,
            .include = {"data", "logs"},
            .id = id,
            .time = now(),
            .commit = "abc",
            .owner = os::current_user()};
  }
  [[nodiscard]] Store store() const { return Store(root, {"data", "logs"}); }
  void make(const std::string& id) const {
    Maker maker(subject(id));
    maker.copy(Deadline(), {});
    maker.copy(Deadline(), {});
    maker.seal();
  }
};
constexpr const char* kId = "20260101_000000";
constexpr const char* kAside = "20260101_000001";
}  // namespace

TEST_CASE("a backup is a plain copy, listed once it is sealed") {
  const Playground place;
  {
    Maker maker(place.subject(kId));
    maker.copy(Deadline(), {});
    CHECK(place.store().list().empty());
    place.write("data/late.txt", "came between the passes");
    place.write("data/notes.txt", "second");
    fs::remove(place.root / "data/link");
    maker.copy(Deadline(), {});
    maker.seal();
  }
  const auto listed = place.store().list();
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].verified);
  CHECK(listed[0].commit == "abc");
  const fs::path copy = "data.backup.20260101_000000";
  CHECK(place.read(copy / "notes.txt") == "second");
  CHECK(place.read(copy / "late.txt") == "came between the passes");
  CHECK(place.read(copy / "sub/\xff name") == "bytes");
  CHECK_FALSE(fs::exists(fs::symlink_status(place.root / copy / "link")));
  CHECK_FALSE(fs::exists(place.root / copy / "x.db-wal"));
  CHECK(place.store().verify(kId).empty());
  CHECK(place.store().matches(kId, {"data"}));
}

TEST_CASE("what was not sealed is swept, and a second pass writes only what changed") {
  const Playground place;
  {
    Maker maker(place.subject(kId));
    maker.copy(Deadline(), {});
    CHECK(maker.copy(Deadline(), {}).written_bytes == 0);
  }
  for (const auto& entry : fs::directory_iterator(place.root)) {
    CHECK(entry.path().filename().string().find("backup") == std::string::npos);
  }
}

TEST_CASE("damage is named") {
  const Playground place;
  place.make(kId);
  place.write("data.backup.20260101_000000/notes.txt", "other");
  CHECK(place.store().verify(kId) == std::vector<std::string>{"data/notes.txt"});
}

TEST_CASE("data is told from what it was, and goes back; what was live is kept") {
  const Playground place;
  place.make(kId);
  CHECK(place.store().matches(kId, {"data"}));
  place.sql("INSERT INTO t VALUES (1,99)");
  place.write("data/notes.txt", "new");
  CHECK_FALSE(place.store().matches(kId, {"data"}));
  const auto aside = place.store().restore(kId, {"data"}, kAside);
  REQUIRE(aside.size() == 1);
  CHECK(place.read("data/notes.txt") == "first");
  CHECK(place.read("data.replaced.20260101_000001/notes.txt") == "new");
  CHECK(place.store().matches(kId, {"data"}));
  // Again, as after a kill: the same end.
  CHECK(place.store().restore(kId, {"data"}, kAside) == aside);
  CHECK(place.store().matches(kId, {"data"}));
  CHECK(place.read("data.replaced.20260101_000001/notes.txt") == "new");
}

TEST_CASE("a restore that was killed between its renames loses nothing") {
  const Playground place;
  place.make(kId);
  place.write("data/notes.txt", "new");
  fs::rename(place.root / "data", place.root / "data.replaced.20260101_000001");
  place.store().restore(kId, {"data"}, kAside);
  CHECK(place.read("data/notes.txt") == "first");
  CHECK(place.read("data.replaced.20260101_000001/notes.txt") == "new");
}

TEST_CASE("old backups expire, protected ones and the newest stay") {
  const Playground place;
  fs::create_directory(place.root / "data.backup.20250101_000000");  // by the scripts of before
  for (const char* id : {"20260101_000000", "20260101_000001", "20260101_000002"}) place.make(id);
  CHECK(place.store().list().size() == 4);
  CHECK_FALSE(place.store().list().front().verified);
  CHECK(place.store().expiring(2, {"20250101_000000"}) ==
        std::vector<std::string>{"20260101_000000", "20260101_000001"});
  place.store().remove("20260101_000000");
  place.store().remove("20250101_000000");
  CHECK(place.store().list().size() == 2);
}

TEST_CASE("a database stays consistent under a writer that never rests") {
  const Playground place;
  const pid_t writer = fork();
  if (writer == 0) {
    sqlite3* database = nullptr;
    sqlite3_open((place.root / "data/x.db").c_str(), &database);
    sqlite3_busy_timeout(database, 5000);
    for (int i = 0; i < 1'000'000; ++i) {
      sqlite3_exec(database, "BEGIN IMMEDIATE; UPDATE t SET a=a-1; UPDATE t SET b=b+1; COMMIT",
                   nullptr, nullptr, nullptr);
    }
    _exit(0);
  }
  for (int i = 10; i < 30; ++i) {
    const std::string id = "20260101_0000" + std::to_string(i);
    place.make(id);
    const fs::path copy = place.root / ("data.backup." + id) / "x.db";
    sqlite::quick_check(copy);
    sqlite3* database = nullptr;
    sqlite3_open(copy.c_str(), &database);
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(database, "SELECT a+b FROM t", -1, &statement, nullptr);
    CHECK(sqlite3_step(statement) == SQLITE_ROW);
    CHECK(sqlite3_column_int(statement, 0) == 100);
    sqlite3_finalize(statement);
    sqlite3_close(database);
  }
  kill(writer, SIGKILL);
  waitpid(writer, nullptr, 0);
}

TEST_CASE("a maker that is killed leaves nothing listed") {
  const Playground place;
  for (int i = 0; i < 20; ++i) {
    const pid_t maker = fork();
    if (maker == 0) {
      place.make(kId);
      _exit(0);
    }
    usleep(static_cast<useconds_t>(i) * 400);
    kill(maker, SIGKILL);
    waitpid(maker, nullptr, 0);
    place.store().sweep();
    for (const auto& one : place.store().list()) {
      CHECK(one.verified);
      CHECK(place.store().verify(one.id).empty());
      place.store().remove(one.id);
    }
  }
}
