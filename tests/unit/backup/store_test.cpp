#include <doctest/doctest.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <thread>

#include "backup/playground.hpp"
#include "base/error.hpp"
#include "sqlite/database.hpp"

using namespace nutricount;
using namespace nutricount::backup;

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

TEST_CASE("what is written while it is copied is copied again, but not for ever") {
  const Playground place;
  Maker maker(place.subject(kId));
  std::size_t limit = 1;
  SUBCASE("once") {}
  SUBCASE("in each pass") { limit = 3; }
  std::string content = "longer than before";
  std::size_t written = 0;
  const auto after_last_file = [&](const Progress& at) {
    if (at.files < 3 || written == limit) return;
    place.write("data/notes.txt", content += '+');
    ++written;
  };
  const auto totals = maker.copy_in_use(Deadline(), after_last_file);
  CHECK(totals.files == 3);
  CHECK(written == limit);
  const bool is_settled = maker.copy(Deadline(), {}).written_bytes == 0;
  CHECK(is_settled == (limit == 1));
}

TEST_CASE("a later pass reads a database again unless it was at rest before the first") {
  const Playground place;
  bool at_rest = false;
  SUBCASE("written just now") {}
  SUBCASE("at rest") { at_rest = true; }
  if (at_rest) std::this_thread::sleep_for(Milliseconds(2'100));
  Maker maker(place.subject(kId));
  maker.copy(Deadline(), {});
  const fs::path copy = place.store().layout().partial("data") / "x.db";
  std::fstream(copy, std::ios::in | std::ios::out).seekp(100).put('!');
  maker.copy(Deadline(), {});
  maker.seal();
  const std::vector<std::string> damaged{"damaged data/x.db"};
  CHECK(words(place.store().verify(kId)) == (at_rest ? damaged : std::vector<std::string>{}));
}

TEST_CASE("what is damaged, missing or extra is named") {
  const Playground place;
  place.make(kId);
  const fs::path copy = "data.backup.20260101_000000";
  place.write(copy / "notes.txt", "other");
  fs::remove(place.root / copy / "link");
  fs::create_directory(place.root / copy / "more");
  place.write(copy / "sub/late", "");
  CHECK(words(place.store().verify(kId)) ==
        std::vector<std::string>{"missing data/link", "damaged data/notes.txt",
                                 "extra data/sub/late", "extra data/more"});
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
  CHECK(place.store().expiring(1, {"20260101_000000"}) ==
        std::vector<std::string>{"20260101_000001", "20260101_000002"});
  CHECK(place.store().due(3, {}) == "20260101_000000");
  CHECK(place.store().due(4, {}).empty());
  place.store().remove("20260101_000000");
  place.store().remove("20250101_000000");  // nobody's to remove
  CHECK(place.store().list().size() == 3);
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
