// Databases that another process reads and writes meanwhile.
#include <fcntl.h>

#include <future>

#include "databases.hpp"
#include "os/command.hpp"
#include "os/fd.hpp"
#include "os/file.hpp"
#include "sqlite/database.hpp"

namespace nutricount::sqlite {
namespace {
/// Copies a database as a backup does: file first, WAL second, within a read transaction, and no
/// descriptor closed before its end.
void copy_within_transaction(
    const fs::path& from, const fs::path& to, const std::function<void()>& meanwhile = [] {}) {
  const auto content = [](const os::Fd& fd) {
    std::string text(static_cast<std::size_t>(lseek(fd.get(), 0, SEEK_END)), '\0');
    const ssize_t n = pread(fd.get(), text.data(), text.size(), 0);
    text.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
    return text;
  };
  const os::Fd database = os::open_file(from, O_RDONLY);
  std::optional<ReadTransaction> transaction;
  transaction.emplace(from);
  meanwhile();
  const std::string pages = content(database);
  const os::Fd wal = os::open_if_exists(from.string() + "-wal", O_RDONLY);
  std::ofstream(to, std::ios::binary) << pages;
  if (wal) std::ofstream(to.string() + "-wal", std::ios::binary) << content(wal);
  transaction.reset();
}

/// What the sqlite3 program says, which waits for no lock. A forked child will not do where this
/// process has the database open: SQLite would take the parent's locks for its own.
std::string elsewhere(const fs::path& path, const std::string& sql) {
  return os::run({.argv = {"sqlite3", path.string(), sql}}, {.deadline = soon()}).output;
}

std::string bytes_of(const fs::path& path) { return os::read_file(path).value_or("none"); }
}  // namespace

TEST_CASE("file and WAL together hold a committed state, whatever a writer does meanwhile") {
  const Scratch place;
  const fs::path path = place.root / "x.db";
  const fs::path copy = place.root / "copy";
  make_database(path, 500);
  leave_wal(path, 10);
  copy_within_transaction(path, copy, [&] {
    std::string fifty;
    for (int i = 0; i < 50; ++i) fifty += kAddEntry;
    CHECK(elsewhere(path, fifty).empty());
    CHECK(elsewhere(path, "PRAGMA wal_checkpoint(TRUNCATE)").starts_with("1|"));  // busy
    CHECK(elsewhere(path, fifty).empty());
  });
  fold_wal(copy);
  quick_check(copy);
  CHECK(is_consistent(copy));
  CHECK(ask(copy, "SELECT count(*) >= 510 FROM entries") == "1");
  CHECK(ask(path, "SELECT count(*) FROM entries") == "610");
  CHECK(is_consistent(path));
}

TEST_CASE("what is written while it is read stays in the WAL, and the file as it was copied") {
  const Scratch place;
  const fs::path path = place.root / "x.db";
  make_database(path, 500);
  REQUIRE(ask(path, "PRAGMA journal_mode=WAL") == "wal");
  const std::string before = bytes_of(path);
  copy_within_transaction(path, place.root / "copy", [&] { elsewhere(path, kAddEntry); });
  CHECK(bytes_of(path) == before);
  CHECK(fs::file_size(path.string() + "-wal") > 0);
  CHECK(ask(path, "SELECT count(*) FROM entries") == "501");
}

TEST_CASE("every copy taken under a writer at full speed is whole") {
  const Scratch place;
  const fs::path path = place.root / "x.db";
  make_database(path, 500);
  ask(path, "PRAGMA journal_mode=WAL");
  const std::string said =
      os::run_in_child({.deadline = Deadline(Milliseconds(60'000))}, [&](const os::Report&) {
        const pid_t writer = fork();
        if (writer == 0) {
          const Connection connection(path);
          connection.run("PRAGMA wal_autocheckpoint=20");
          while (true) connection.run(kAddEntry);
        }
        std::string bad;
        for (int i = 0; i < 20; ++i) {
          const fs::path copy = place.root / ("copy" + std::to_string(i));
          copy_within_transaction(path, copy);
          fold_wal(copy);
          quick_check(copy);
          if (!is_consistent(copy)) bad += " " + copy.string();
        }
        kill(writer, SIGKILL);
        return bad;
      });
  CHECK(said.empty());
  CHECK(ask(place.root / "copy19", "SELECT count(*) > 500 FROM entries") == "1");
}

TEST_CASE("looking leaves a WAL as it is, and makes none where there was none") {
  const Scratch place;
  const fs::path path = place.root / "x.db";
  make_database(path, 100);
  { const ReadTransaction transaction(path); }
  CHECK_FALSE(fs::exists(path.string() + "-wal"));
  ask(path, "PRAGMA journal_mode=WAL");
  { const ReadTransaction transaction(path); }
  CHECK_FALSE(fs::exists(path.string() + "-wal"));
  leave_wal(path, 5);
  const std::string database = bytes_of(path);
  const std::string wal = bytes_of(path.string() + "-wal");
  {
    ReadTransaction transaction(path);
    const ReadTransaction moved(std::move(transaction));
  }
  CHECK(bytes_of(path) == database);
  CHECK(bytes_of(path.string() + "-wal") == wal);
  CHECK(ask(path, "SELECT count(*) FROM entries") == "105");
}

TEST_CASE("without a WAL nobody commits while the transaction lives") {
  const Scratch place;
  const fs::path path = place.root / "x.db";
  make_database(path, 100);
  std::optional<ReadTransaction> transaction;
  transaction.emplace(path);
  CHECK(elsewhere(path, kAddEntry).find("database is locked") != std::string::npos);
  transaction.reset();
  CHECK(elsewhere(path, kAddEntry).empty());
  CHECK(ask(path, "SELECT count(*) FROM entries") == "101");
}

TEST_CASE("a transaction that another process has open is waited for") {
  const Scratch place;
  const fs::path path = place.root / "x.db";
  make_database(path, 100);
  with_another_process(
      path, [](const Connection& other) { other.run("BEGIN EXCLUSIVE"); },
      [&](pid_t other) {
        const pid_t killer = fork();
        if (killer == 0) {
          usleep(200'000);
          kill(other, SIGKILL);
          _exit(0);
        }
        const ReadTransaction transaction(path);
        waitpid(killer, nullptr, 0);
      });
}

// Both wait for the ten seconds that a lock may take.
TEST_CASE("a lock that does not go is an error, not half the work") {
  const Scratch place;
  const fs::path locked = place.root / "locked.db";
  const fs::path read = place.root / "read.db";
  make_database(locked, 100);
  make_database(read, 100);
  leave_wal(read, 5);
  const auto attempt = [](const std::function<void()>& work) {
    return std::async(std::launch::async, [work]() -> std::string {
      try {
        work();
        return "done";
      } catch (const Error& error) {
        return std::string(error.what()) + " / " + error.hint();
      }
    });
  };
  with_another_process(
      locked, [](const Connection& other) { other.run("BEGIN EXCLUSIVE"); },
      [&](pid_t) {
        with_another_process(
            read, [](const Connection& other) { other.run("BEGIN; SELECT count(*) FROM entries"); },
            [&](pid_t) {
              auto reading = attempt([&] { const ReadTransaction transaction(locked); });
              auto folding = attempt([&] { fold_wal(read); });
              const std::string refused = reading.get();
              CHECK(refused.find("cannot read " + locked.string() + ": database is locked") == 0);
              const std::string kept = folding.get();
              CHECK(kept.find("cannot fold the WAL of " + read.string()) == 0);
              CHECK(kept.find("another process") != std::string::npos);
            });
      });
  CHECK(ask(read, "SELECT count(*) FROM entries") == "105");
}

}  // namespace nutricount::sqlite
