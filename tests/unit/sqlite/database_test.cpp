#include "sqlite/database.hpp"

#include <sys/stat.h>

#include "databases.hpp"
#include "os/fd.hpp"
#include "sqlite/comparison.hpp"

namespace nutricount::sqlite {
namespace {
void overwrite(const fs::path& path, std::streamoff at, const std::string& bytes) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(at);
  file << bytes;
  REQUIRE(file.good());
}

bool holds_database(const fs::path& path) {
  const os::Fd file = os::open_if_exists(path, O_RDONLY | O_NONBLOCK);
  return file && is_database(file.get());
}
}  // namespace

TEST_CASE("a database is told by its header, whatever its name") {
  const Scratch place;
  make_database(place.root / "notes.txt");
  CHECK(holds_database(place.root / "notes.txt"));
  place.write("empty.db", "");
  place.write("short.db", "SQLite format 3");
  place.write("other.db", "SQLite format 4 and some more bytes");
  place.write("text.db", "not a database at all, but long enough");
  fs::create_directory(place.root / "directory.db");
  REQUIRE(mkfifo((place.root / "pipe.db").c_str(), 0600) == 0);
  for (const char* name :
       {"empty.db", "short.db", "other.db", "text.db", "directory.db", "pipe.db", "none.db"}) {
    CAPTURE(name);
    CHECK_FALSE(holds_database(place.root / name));
  }
}

TEST_CASE("folding brings what a killed application wrote into the file alone") {
  const Scratch place;
  const fs::path path = place.root / "a b?c#d.db";  // a path, not an address
  make_database(path, 100);
  leave_wal(path, 7);
  fold_wal(path);
  CHECK_FALSE(fs::exists(path.string() + "-wal"));
  CHECK_FALSE(fs::exists(path.string() + "-shm"));
  fs::copy_file(path, place.root / "alone");
  CHECK(ask(place.root / "alone", "SELECT count(*) FROM entries") == "107");
  CHECK(is_consistent(place.root / "alone"));
  fold_wal(path);  // nothing left to fold
  CHECK(same_pages(path, place.root / "alone"));
}

TEST_CASE("a WAL torn in its last transaction folds up to the one before") {
  const Scratch place;
  const fs::path path = place.root / "x.db";
  make_database(path, 100);
  leave_wal(path, 3);
  const fs::path wal = path.string() + "-wal";
  fs::resize_file(wal, fs::file_size(wal) - 100);
  fold_wal(path);
  CHECK(ask(path, "SELECT count(*) FROM entries") == "102");
  CHECK(is_consistent(path));
}

TEST_CASE("a WAL that cannot be looked at is not taken for none") {
  const Scratch place;
  const fs::path path = place.root / "x.db";
  const fs::path old = place.root / "old.db";
  make_database(path);
  make_database(old);
  fs::create_symlink("x.db-wal", place.root / "x.db-wal");  // a loop
  for (const auto& work : {std::function<void()>([&] { fold_wal(path); }),
                           std::function<void()>([&] { static_cast<void>(compare(path, old)); }),
                           std::function<void()>([&] { const ReadTransaction one(path); })}) {
    const Error error = error_of(work);
    CHECK(tells(error, "x.db-wal"));
    CHECK(tells(error, "Too many levels of symbolic links"));
  }
}

TEST_CASE("a sound database passes the check") {
  const Scratch place;
  make_database(place.root / "x.db");
  quick_check(place.root / "x.db");
  leave_wal(place.root / "x.db", 5);
  quick_check(place.root / "x.db");
  place.write("new.db", "");  // what SQLite makes before the first table
  quick_check(place.root / "new.db");
}

TEST_CASE("damage is told in SQLite's words, with the path and what to do") {
  const Scratch place;
  const fs::path path = place.root / "x.db";
  make_database(path);
  const auto pages = fs::file_size(path) / 4096;
  REQUIRE(pages > 10);
  SUBCASE("a page of other bytes") { overwrite(path, 5 * 4096, std::string(4096, '\x2a')); }
  SUBCASE("the end is missing") { fs::resize_file(path, (pages - 3) * 4096); }
  SUBCASE("the first page's tree") { overwrite(path, 100, std::string(400, '\xff')); }
  const Error error = error_of([&] { quick_check(path); });
  CHECK(tells(error, path.string()));
  CHECK(std::string(error.what()).size() > path.string().size() + 30);
  CHECK_FALSE(error.hint().empty());
}

TEST_CASE("what is no database, or not there, is an error of every function") {
  const Scratch place;
  place.write("text.db", std::string(5000, 'x'));
  for (const char* name : {"text.db", "none.db"}) {
    const fs::path path = place.root / name;
    const bool there = fs::exists(path);
    for (const auto& work : {std::function<void()>([&] { quick_check(path); }),
                             std::function<void()>([&] { fold_wal(path); }),
                             std::function<void()>([&] { const ReadTransaction one(path); })}) {
      const Error error = error_of(work);
      CHECK(tells(error, path.string()));
      CHECK(tells(error, there ? "file is not a database" : "unable to open database file"));
      CHECK_FALSE(error.hint().empty());
    }
    CHECK(fs::exists(path) == there);  // none is made
  }
  CHECK(place.read("text.db") == std::string(5000, 'x'));
}

TEST_CASE("the same pages are the same whatever the change counters say") {
  const Scratch place;
  const fs::path one = place.root / "one.db";
  const fs::path other = place.root / "other.db";
  make_database(one);
  REQUIRE(fs::file_size(one) > 65536);
  fs::copy_file(one, other);
  CHECK(same_pages(one, other));
  ask(other, "UPDATE total SET n = n + 1");
  ask(other, "UPDATE total SET n = n - 1");
  CHECK(same_pages(one, other));
  std::ifstream a(one, std::ios::binary);
  std::ifstream b(other, std::ios::binary);
  CHECK_FALSE(std::equal(std::istreambuf_iterator<char>(a), {}, std::istreambuf_iterator<char>(b)));
}

TEST_CASE("one other row, or byte, anywhere makes them different") {
  const Scratch place;
  const fs::path one = place.root / "one.db";
  const fs::path other = place.root / "other.db";
  make_database(one);
  fs::copy_file(one, other);
  const auto size = static_cast<std::streamoff>(fs::file_size(one));
  SUBCASE("a row") { ask(other, "UPDATE entries SET text = 'Entry' WHERE id = 1000"); }
  SUBCASE("a row more") { ask(other, kAddEntry); }
  SUBCASE("the last byte") { overwrite(other, size - 1, "\x01"); }
  SUBCASE("where a counter would be, in a later block") { overwrite(other, 65536 + 24, "\x7e"); }
  SUBCASE("longer") { fs::resize_file(other, fs::file_size(one) + 4096); }
  SUBCASE("longer, to a whole block") { fs::resize_file(other, 131072); }
  SUBCASE("gone") { fs::remove(other); }
  CHECK_FALSE(same_pages(one, other));
  CHECK_FALSE(same_pages(other, one));
}

}  // namespace nutricount::sqlite
