// What a backup knows of live data that may be in use.
#include <fcntl.h>
#include <sys/stat.h>

#include "backup/playground.hpp"

using namespace nutricount;
using namespace nutricount::backup;

namespace {
/// A backup of "data" (a database, two files, a link) and "logs" (a file).
struct Watched : Playground {
  Watched() {
    fs::create_directory(root / "logs");
    write("logs/app.log", "line\n");
    make(kId);
  }
  [[nodiscard]] Store::Since since(const std::vector<std::string>& names = {"data"}) const {
    return store().since(kId, names);
  }
  [[nodiscard]] std::uint64_t files() const { return since().files; }
  void touch(const fs::path& file) const {
    const timespec both[2] = {{1'000'000'000, 1}, {1'000'000'000, 1}};
    REQUIRE(utimensat(AT_FDCWD, (root / file).c_str(), both, AT_SYMLINK_NOFOLLOW) == 0);
  }
};
}  // namespace

TEST_CASE("nothing was written: no file counts, and databases are named to be compared") {
  const Watched place;
  const auto since = place.since();
  CHECK(since.files == 0);
  CHECK(since.databases == std::vector<std::string>{"data/x.db"});
  CHECK(place.since({}).databases.empty());
}

TEST_CASE("a file counts once, whatever became of it") {
  const Watched place;
  struct Case {
    const char* what;
    std::function<void()> change;
    std::uint64_t files;
  };
  const std::vector<Case> cases{
      {"changed", [&] { place.write("data/notes.txt", "first and second"); }, 1},
      {"changed, and changed again", [&] { place.write("data/notes.txt", "third"); }, 1},
      {"one of a name that is no UTF-8", [&] { place.write("data/sub/\xff name", "other"); }, 2},
      {"a link leads elsewhere",
       [&] {
         fs::remove(place.root / "data/link");
         fs::create_symlink("sub", place.root / "data/link");
       },
       3},
      {"removed", [&] { fs::remove(place.root / "data/notes.txt"); }, 3},
      {"made", [&] { place.write("data/new.txt", ""); }, 4},
      {"a link is made", [&] { fs::create_symlink("x", place.root / "data/sub/more"); }, 5},
      {"a directory is made, with nothing in it",
       [&] { fs::create_directories(place.root / "data/sub/new/empty"); }, 5},
      {"files in it", [&] { place.write("data/sub/new/a", ""); }, 6},
      {"and below it", [&] { place.write("data/sub/new/empty/b", ""); }, 7},
      {"a directory is removed", [&] { fs::remove_all(place.root / "data/sub"); }, 4},
      {"all is removed", [&] { fs::remove_all(place.root / "data"); }, 4},
  };
  for (const auto& one : cases) {
    CAPTURE(one.what);
    one.change();
    CHECK(place.files() == one.files);
  }
}

TEST_CASE("same size, and the second it was copied in: a file that was written counts") {
  const Watched place;
  place.write("data/notes.txt", "fIrst");
  CHECK(place.files() == 1);
}

TEST_CASE("one that was only touched counts: its content is not read") {
  const Watched place;
  place.touch("data/notes.txt");
  CHECK(place.files() == 1);
}

TEST_CASE("a database that is written is not counted, nor what SQLite puts beside it") {
  const Watched place;
  place.sql("INSERT INTO t VALUES (1,2)");
  for (const char* beside : {"data/x.db-wal", "data/x.db-shm", "data/x.db-journal"}) {
    place.write(beside, "anything");
  }
  const auto since = place.since();
  CHECK(since.files == 0);
  CHECK(since.databases == std::vector<std::string>{"data/x.db"});
}

TEST_CASE("a database that is gone, or new, is a file") {
  const Watched place;
  fs::remove(place.root / "data/x.db");
  CHECK(place.since().databases.empty());
  CHECK(place.files() == 1);
  place.sql("CREATE TABLE u(a)", "data/other.db");
  CHECK(place.since().databases.empty());
  CHECK(place.files() == 2);
}

TEST_CASE("what was put back has other inodes, and is what it was") {
  const Watched place;
  place.store().restore(kId, {"data"}, kAside);
  const auto since = place.since();
  CHECK(since.files == 0);
  CHECK(since.databases == std::vector<std::string>{"data/x.db"});
  place.write("data/notes.txt", "later");
  CHECK(place.files() == 1);
}

TEST_CASE("only the names that are asked for count") {
  const Watched place;
  place.write("logs/app.log", "line\nline\n");
  place.write("logs/more.log", "");
  CHECK(place.files() == 0);
  CHECK(place.since({"logs"}).files == 2);
  CHECK(place.since({"data", "logs"}).files == 2);
  CHECK(place.since({"log"}).files == 0);  // not by its first letters
}

TEST_CASE("a name that came after the backup counts with all that is in it") {
  const Playground place;
  place.make(kId);
  CHECK(place.store().since(kId, {"data", "logs"}).files == 0);
  fs::create_directories(place.root / "logs/old");
  CHECK(place.store().since(kId, {"data", "logs"}).files == 0);
  place.write("logs/app.log", "line");
  place.write("logs/old/app.log", "line");
  CHECK(place.store().since(kId, {"data", "logs"}).files == 2);
  CHECK(place.store().since(kId, {"data"}).files == 0);
}
