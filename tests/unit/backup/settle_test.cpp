// What the scripts of before copied with `cp -r`, which has no manifest, is put back.
#include <fcntl.h>
#include <sys/stat.h>

#include <map>

#include "backup/entry.hpp"
#include "backup/playground.hpp"
#include "catching.hpp"
#include "os/command.hpp"
#include "os/file.hpp"
#include "waiting.hpp"

using namespace nutricount;
using namespace nutricount::backup;

namespace {
constexpr const char* kOld = "20251024_200000";

/// "data" was copied under an application that had it open; live data is newer.
struct Copied : Playground {
  fs::path old = root / "data.backup.20251024_200000";
  fs::path coming = root / "data.20260101_000001.restoring";

  Copied() {
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open((root / "data/x.db").c_str(), &database) == SQLITE_OK);
    const char* more = "INSERT INTO t VALUES (51,51); INSERT INTO t VALUES (52,52)";
    REQUIRE(sqlite3_exec(database, more, nullptr, nullptr, nullptr) == SQLITE_OK);
    const std::string data = root / "data";
    REQUIRE(os::run({.argv = {"cp", "-r", data, old.string()}}, {.deadline = soon()}).ok());
    sqlite3_close(database);
    REQUIRE(fs::file_size(old / "x.db-wal") > 0);
    REQUIRE(fs::exists(old / "x.db-shm"));
    write("data/notes.txt", "today's");
    sql("DELETE FROM t");
  }
  void prepare() const { store().prepare_restore(kOld, {"data"}, kAside, Deadline(), {}); }
  [[nodiscard]] int rows(const fs::path& file) const {
    sqlite3* database = nullptr;
    sqlite3_stmt* statement = nullptr;
    REQUIRE(sqlite3_open_v2(file.c_str(), &database, SQLITE_OPEN_READWRITE, nullptr) == SQLITE_OK);
    REQUIRE(sqlite3_prepare_v2(database, "SELECT count(*) FROM t", -1, &statement, nullptr) ==
            SQLITE_OK);
    REQUIRE(sqlite3_step(statement) == SQLITE_ROW);
    const int count = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return count;
  }
  /// Of every file of the backup: its time and its content.
  [[nodiscard]] std::map<std::string, std::pair<std::int64_t, std::string>> state() const {
    std::map<std::string, std::pair<std::int64_t, std::string>> all;
    for (const auto& entry : fs::recursive_directory_iterator(old)) {
      const auto st = os::look_at(entry.path());
      all[entry.path()] = {nanoseconds(st->st_mtim),
                           S_ISREG(st->st_mode) ? read(entry.path()) : ""};
    }
    all["."] = {nanoseconds(os::look_at(old)->st_mtim), ""};
    return all;
  }
  void damage(const fs::path& file) const {
    const os::Fd fd = os::open_file(file, O_WRONLY);
    REQUIRE(pwrite(fd.get(), std::string(3000, 'x').data(), 3000, 4096) == 3000);
  }
};
}  // namespace

TEST_CASE("rows that only the copied WAL had come back, and it is folded in") {
  const Copied place;
  const auto before = place.state();
  for (int times = 0; times < 2; ++times) {  // again, as after a kill
    place.prepare();
    CHECK(fs::exists(place.coming / "x.db"));
    CHECK_FALSE(fs::exists(place.coming / "x.db-wal"));
    CHECK_FALSE(fs::exists(place.coming / "x.db-shm"));
    CHECK(place.read("data/notes.txt") == "today's");
  }
  place.store().exchange({"data"}, kAside);
  CHECK(place.rows(place.root / "data/x.db") == 3);
  CHECK(place.read("data/notes.txt") == "first");
  CHECK(place.read("data/sub/\xff name") == "bytes");
  CHECK(place.state() == before);
  CHECK(place.rows(place.root / "data.replaced.20260101_000001/x.db") == 0);
}

TEST_CASE("half a transaction of a database without a WAL is taken back") {
  const Copied place;
  place.sql("PRAGMA journal_mode=DELETE; CREATE TABLE t(a); INSERT INTO t VALUES (1)", "data/j.db");
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open((place.root / "data/j.db").c_str(), &database) == SQLITE_OK);
  const char* half =
      "PRAGMA cache_size=1; BEGIN; WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n "
      "LIMIT 9000) INSERT INTO t SELECT i FROM n; UPDATE t SET a = a + 1";
  REQUIRE(sqlite3_exec(database, half, nullptr, nullptr, nullptr) == SQLITE_OK);
  for (const char* name : {"j.db", "j.db-journal"}) {
    fs::copy_file(place.root / "data" / name, place.old / name);
  }
  sqlite3_close(database);
  REQUIRE(fs::file_size(place.old / "j.db-journal") > 512);
  place.prepare();
  CHECK_FALSE(fs::exists(place.coming / "j.db-journal"));
  CHECK(place.rows(place.coming / "j.db") == 1);
}

TEST_CASE("a damaged database is refused by its name in the backup") {
  const Copied place;
  fs::create_directory(place.old / "deep");
  fs::copy_file(place.root / "data/x.db", place.old / "deep/y");  // whatever its name
  place.damage(place.old / "deep/y");
  const auto before = place.state();
  const Error error = error_of([&] { place.prepare(); });
  CHECK(tells(error, (place.old / "deep/y").string()));
  CHECK_FALSE(tells(error, "restoring"));
  CHECK(tells(error, "rollback --list"));
  CHECK(error.status() == ExitStatus::kNo);
  CHECK(place.state() == before);
  CHECK(place.read("data/notes.txt") == "today's");
  place.store().sweep();
  CHECK_FALSE(fs::exists(place.coming));
}

TEST_CASE("a file beside no database is copied, whatever its name") {
  const Copied place;
  place.write(place.old / "plain-shm", "mine");
  place.write(place.old / "plain-wal", "mine, too");
  fs::create_symlink("/etc/hostname", place.old / "x.db-link");
  place.prepare();
  CHECK(place.read(place.coming / "plain-shm") == "mine");
  CHECK(place.read(place.coming / "plain-wal") == "mine, too");
  CHECK(fs::is_symlink(place.coming / "x.db-link"));
}

TEST_CASE("a backup without a manifest speaks only for the trees that it has") {
  const Copied place;
  CHECK(place.store().trees_of(kOld, {"data", "logs"}) == std::vector<std::string>{"data"});
  fs::create_directory_symlink("data", place.root / "logs.backup.20251024_200000");
  CHECK(place.store().trees_of(kOld, {"logs"}).empty());
  place.store().prepare_restore(kOld, {"data", "logs"}, kAside, Deadline(), {});
  CHECK_FALSE(fs::exists(place.root / "logs.20260101_000001.restoring"));
  CHECK_FALSE(place.store().matches(kOld, {"data"}));
}

TEST_CASE("what is put back belongs to the application's owner, who has to be able to read it") {
  if (geteuid() != 0) return;
  const Copied place;
  REQUIRE(os::run({.argv = {"chown", "nobody:", place.root.string()}}, {}).ok());
  REQUIRE(chmod((place.old / "notes.txt").c_str(), 0600) == 0);
  const Error error = error_of([&] { place.prepare(); });
  CHECK(tells(error, "nobody cannot read " + (place.old / "notes.txt").string()));
  CHECK(tells(error, "chown -R nobody " + place.old.string()));
  REQUIRE(chmod((place.old / "notes.txt").c_str(), 0644) == 0);
  place.prepare();
  const uid_t nobody = os::look_at(place.root)->st_uid;
  CHECK(os::look_at(place.coming)->st_uid == nobody);
  CHECK(os::look_at(place.coming / "x.db")->st_uid == nobody);
  CHECK(os::look_at(place.old / "x.db")->st_uid == 0);
}
