// Comparing a database that another process reads and writes meanwhile, or left.
#include "differences.hpp"

namespace nutricount::sqlite {

TEST_CASE("what is committed in the WAL counts, what is not committed does not") {
  const Scratch place;
  const fs::path live = place.root / "live.db";
  const fs::path old = place.root / "old.db";
  make_database(live, 100);
  ask(live, "PRAGMA journal_mode=WAL");
  fs::copy_file(live, old);
  with_another_process(
      live,
      [](const Connection& other) {
        for (int i = 0; i < 3; ++i) other.run(kAddEntry);
        other.run("BEGIN IMMEDIATE; INSERT INTO entries(text) VALUES ('not yet')");
      },
      [&](pid_t) {
        auto before = files_of(place);
        CHECK(told(compare(live, old)) == "entries 3/0, total 1/1");
        auto after = files_of(place);
        before.erase("live.db-shm");  // notes there how far readers are
        CHECK(after.erase("live.db-shm") == 1);
        CHECK(after == before);
      });
  // The application was killed: its WAL stays as it is, too.
  const std::string wal = place.read("live.db-wal");
  CHECK(told(compare(live, old)) == "entries 3/0, total 1/1");
  CHECK(place.read("live.db-wal") == wal);
  CHECK(ask(live, "SELECT count(*) FROM entries") == "103");
}

TEST_CASE("nothing is written, or left beside databases that nobody has open") {
  const Scratch place;
  const fs::path live = place.root / "live.db";
  const fs::path old = place.root / "old.db";
  make_database(live, 100);
  bool live_wal = false;
  bool old_wal = false;
  SUBCASE("both with a WAL") { live_wal = old_wal = true; }
  SUBCASE("the backup with one") { old_wal = true; }
  SUBCASE("the live one with one") { live_wal = true; }
  SUBCASE("none") {}
  fs::copy_file(live, old);
  if (live_wal) ask(live, "PRAGMA journal_mode=WAL");
  if (old_wal) ask(old, "PRAGMA journal_mode=WAL");
  ask(live, kAddEntry);
  const auto before = files_of(place);
  REQUIRE(before.size() == 2);
  CHECK(told(compare(live, old)) == "entries 1/0, total 1/1");
  CHECK(files_of(place) == before);
}

TEST_CASE("an application that writes with a rollback journal is waited for, 5 seconds") {
  const Scratch place;
  const fs::path live = place.root / "live.db";
  const fs::path old = place.root / "old.db";
  make_database(live, 100);
  fs::copy_file(live, old);
  with_another_process(
      live, [](const Connection& other) { other.run("BEGIN IMMEDIATE; DELETE FROM total"); },
      [&](pid_t) { CHECK(told(compare(live, old)).empty()); });
  with_another_process(
      live, [](const Connection& other) { other.run("BEGIN EXCLUSIVE"); },
      [&](pid_t) {
        const Error error = error_of([&] { static_cast<void>(compare(live, old)); });
        CHECK(tells(error, "cannot read " + live.string() + ": database is locked"));
        CHECK(tells(error, "fuser -v '" + live.string() + "'"));
      });
}

TEST_CASE("half a transaction of a killed application is left to it, and told") {
  const Scratch place;
  const fs::path live = place.root / "live.db";
  const fs::path old = place.root / "old.db";
  make_database(live);
  fs::copy_file(live, old);
  with_another_process(
      live,
      [](const Connection& other) {
        other.run("PRAGMA cache_size=5; BEGIN; UPDATE entries SET text = 'another ' || text");
      },
      [](pid_t) {});
  const auto before = files_of(place);
  REQUIRE(before.size() == 3);
  const Error error = error_of([&] { static_cast<void>(compare(live, old)); });
  CHECK(tells(error, "cannot read " + live.string()));
  CHECK(tells(error, "sqlite3 '" + live.string() + "' .tables"));
  CHECK(files_of(place) == before);
  CHECK(ask(live, "SELECT text FROM entries WHERE id = 1") == "entry 1 of a diary");
  CHECK(told(compare(live, old)).empty());
}

// A connection for each request: the WAL comes and goes all the time.
TEST_CASE("every comparison sees whole transactions while somebody opens, writes and closes") {
  const Scratch place;
  const fs::path live = place.root / "live.db";
  const fs::path old = place.root / "old.db";
  make_database(live, 5000);
  ask(live, "PRAGMA journal_mode=WAL");
  fs::copy_file(live, old);
  os::do_in_child({.deadline = Deadline(Milliseconds(60'000))}, [&] {
    const pid_t writer = fork();
    if (writer == 0) {
      while (true) ask(live, kAddEntry);
    }
    std::uint64_t before = 0;
    for (int i = 0; i < 60; ++i) {
      const Difference found = compare(live, old);
      const std::uint64_t added = found.rows.empty() ? 0 : found.rows.front().written;
      const std::string expected = "entries " + std::to_string(added) + "/0, total 1/1";
      if (told(found) != (added == 0 ? "" : expected) || added < before) throw Error(told(found));
      before = added;
    }
    kill(writer, SIGKILL);
    if (before == 0) throw Error("nothing was written");
  });
}

}  // namespace nutricount::sqlite
