// Going back by renames: wherever a kill leaves it, what was live before comes back.
#include <sys/stat.h>

#include "backup/playground.hpp"
#include "catching.hpp"
#include "os/file.hpp"

using namespace nutricount;
using namespace nutricount::backup;

namespace {
using Names = std::vector<std::string>;

/// A backup of "data" as it was first; live data is newer. "logs" is not there.
struct Going : Playground {
  Names names{"data"};
  fs::path live = root / "data";
  fs::path coming = root / "data.20260101_000001.restoring";
  fs::path aside = root / "data.replaced.20260101_000001";

  Going() {
    make(kId);
    write("data/notes.txt", "today's");
  }
  void prepare() const { store().prepare_restore(kId, names, kAside, Deadline(), {}); }
  std::vector<fs::path> exchange() const { return store().exchange(names, kAside); }
  [[nodiscard]] std::map<std::string, std::uint64_t> inodes() const {
    std::map<std::string, std::uint64_t> all;
    for (const auto& name : names) {
      const auto st = os::look_at(root / name);
      all[name] = st ? st->st_ino : 0;
    }
    return all;
  }
  /// "today's", "first"; "-" where there is nothing.
  [[nodiscard]] std::string notes(const fs::path& tree) const {
    return fs::exists(tree) ? read(tree / "notes.txt") : "-";
  }
};
}  // namespace

TEST_CASE("data is copied beside what is live, which stays as it is") {
  const Going place;
  const auto before = place.inodes();
  place.prepare();
  CHECK(place.inodes() == before);
  CHECK(place.notes(place.live) == "today's");
  CHECK(place.notes(place.coming) == "first");
  CHECK(place.notes(place.aside) == "-");
  place.prepare();  // again, as after a kill
  CHECK(place.notes(place.coming) == "first");
  place.store().sweep();
  CHECK_FALSE(fs::exists(place.coming));
  CHECK(place.store().verify(kId).empty());
}

TEST_CASE("a copy that was killed half-way is made whole") {
  const Going place;
  fs::create_directories(place.coming / "left/over");
  place.write(place.coming / "notes.txt", "half");
  place.prepare();
  place.exchange();
  CHECK(place.store().matches(kId, place.names));
}

TEST_CASE("the exchange puts the copy in place and what was live aside") {
  const Going place;
  place.prepare();
  CHECK(place.exchange() == std::vector{place.aside});
  CHECK(place.store().aside("data", kAside) == place.aside);
  CHECK(place.store().matches(kId, place.names));
  CHECK(place.notes(place.aside) == "today's");
  CHECK_FALSE(fs::exists(place.coming));
}

TEST_CASE("a second exchange loses nothing, and is taken back as one is") {
  const Going place;
  const auto before = place.inodes();
  place.prepare();
  place.exchange();
  CHECK_THROWS_AS(place.exchange(), Error);
  CHECK(place.notes(place.live) == "first");
  CHECK(place.notes(place.aside) == "today's");
  place.store().exchange_back(before, kAside);
  CHECK(place.notes(place.live) == "today's");
}

TEST_CASE("wherever an exchange was killed, what was live comes back") {
  const Going place;
  const auto before = place.inodes();
  std::string aside = "-";
  SUBCASE("before anything was copied") {}
  SUBCASE("before the first rename") { place.prepare(); }
  SUBCASE("between the two renames") {
    place.prepare();
    fs::rename(place.live, place.aside);
  }
  SUBCASE("after both") {
    place.prepare();
    place.exchange();
    aside = "first";
  }
  SUBCASE("after both, and the old version has written") {
    place.prepare();
    place.exchange();
    place.write("data/notes.txt", "meanwhile");
    aside = "meanwhile";
  }
  SUBCASE("after it was taken back") {
    place.prepare();
    place.exchange();
    place.store().exchange_back(before, kAside);
    aside = "first";
  }
  place.store().exchange_back(before, kAside);
  const auto check = [&] {
    CHECK(place.inodes() == before);
    CHECK(place.notes(place.live) == "today's");
    CHECK(place.notes(place.aside) == aside);
    CHECK(place.store().verify(kId).empty());
  };
  check();
  place.store().exchange_back(before, kAside);
  check();
}

TEST_CASE("a name that was not live is not live again") {
  const Going place;
  fs::rename(place.live, place.root / "elsewhere");
  const auto before = place.inodes();
  CHECK(before.at("data") == 0);
  place.prepare();
  SUBCASE("before the rename") {
    place.store().exchange_back(before, kAside);
    CHECK_FALSE(fs::exists(place.aside));
  }
  SUBCASE("after it") {
    CHECK(place.exchange().empty());
    CHECK(place.notes(place.live) == "first");
    for (int times = 0; times < 2; ++times) {
      place.store().exchange_back(before, kAside);
      CHECK(place.notes(place.aside) == "first");
    }
  }
  SUBCASE("after it was exchanged twice") {
    place.exchange();
    place.exchange();
    place.store().exchange_back(before, kAside);
    CHECK(place.notes(place.aside) == "first");
  }
  CHECK_FALSE(fs::exists(place.live));
}

TEST_CASE("a name that the backup does not hold goes aside, and comes back") {
  Going place;
  place.names = {"data", "logs"};
  fs::create_directory(place.root / "logs");
  place.write("logs/notes.txt", "log");
  const auto before = place.inodes();
  place.prepare();
  const fs::path logs = place.root / "logs.replaced.20260101_000001";
  CHECK(place.exchange() == std::vector{place.aside, logs});
  CHECK_FALSE(fs::exists(place.root / "logs"));
  CHECK(place.store().matches(kId, place.names));
  place.store().exchange_back(before, kAside);
  CHECK(place.inodes() == before);
  CHECK(place.notes(place.root / "logs") == "log");
  CHECK_FALSE(fs::exists(logs));
}

TEST_CASE("a kill between two names is taken back for both") {
  Going place;
  place.names = {"data", "logs"};
  fs::create_directory(place.root / "logs");
  const auto before = place.inodes();
  place.prepare();
  CHECK(place.store().exchange({"data"}, kAside) == std::vector{place.aside});
  place.store().exchange_back(before, kAside);
  CHECK(place.inodes() == before);
  CHECK(place.notes(place.live) == "today's");
  CHECK_FALSE(fs::exists(place.root / "logs.replaced.20260101_000001"));
}

TEST_CASE("where the data of before is at neither place, nothing is touched") {
  const Going place;
  const auto before = place.inodes();
  place.prepare();
  place.exchange();
  fs::rename(place.aside, place.root / "taken");
  const Error error = error_of([&] { place.store().exchange_back(before, kAside); });
  CHECK(tells(error, place.live.string()));
  CHECK(tells(error, place.aside.string()));
  CHECK(tells(error, std::string("the backup ") + kAside));
  CHECK(place.notes(place.live) == "first");
}

TEST_CASE("a backup whose manifest is damaged is not put back") {
  const Going place;
  place.write(place.store().layout().manifest(kId), "{}\n");
  const Error error = error_of([&] { place.prepare(); });
  CHECK(tells(error, place.store().layout().manifest(kId).string()));
  CHECK_FALSE(fs::exists(place.coming));
}

TEST_CASE("all that was ever put aside is found, and nothing else") {
  const Going place;
  CHECK(place.store().all_aside().empty());
  std::vector<fs::path> expected;
  for (const char* name : {"a.replaced.20250101_000000", "data.replaced.20250101_000000",
                           "data.replaced.20260101_000001", "media.replaced.20260101_000001"}) {
    fs::create_directory(place.root / name);
    expected.push_back(place.root / name);
  }
  for (const char* name : {"data.replaced", "data.replaced.", "data.replaced.20250101_00000",
                           "data.replaced.20250101_000000.old", "data.replaced.by hand"}) {
    fs::create_directory(place.root / name);
  }
  fs::create_directories(place.root / "data/x.replaced.20250101_000000");
  CHECK(place.store().all_aside() == expected);
  place.store().sweep();  // it is the operator's to remove
  CHECK(place.store().all_aside() == expected);
}
