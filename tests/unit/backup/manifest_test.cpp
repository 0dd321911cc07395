#include "backup/manifest.hpp"

#include <doctest/doctest.h>

#include "backup/manifest_text.hpp"
#include "base/error.hpp"
#include "os/owner.hpp"
#include "scratch.hpp"

using namespace nutricount;
using namespace nutricount::backup;

namespace {
struct Place : Scratch {
  std::filesystem::path path = root / "manifest";
  Place() {
    ManifestWriter writer(path, {"20261124_070608", now(), "abc", "0.1.0"}, os::current_user());
    Entry file{.mode = 0644, .size = 3, .mtime = -7, .live = {1, 3, 5, 7}};
    Entry database = file;
    database.database = true;
    database.wal = {2, 4, 6, 8};
    writer.add({"data",
                0755,
                5,
                {{"M\xfcsli", file},
                 {"again", {.type = Type::kHardLink, .target = "data/M\xfcsli"}},
                 {"link", {.type = Type::kLink, .target = "../any \"where"}},
                 {"x.db", database}}});
    writer.add({"data/sub", 0700, 6, {}});
    writer.finish({.roots = {"data"}, .absent = {"logs"}, .changes = {"app.py"}, .files = 3});
  }
  /// Reads to the end; throws what reading throws.
  [[nodiscard]] std::vector<Directory> load() const {
    std::vector<Directory> all;
    ManifestReader reader(path);
    while (auto directory = reader.next()) all.push_back(std::move(*directory));
    return all;
  }
};
}  // namespace

TEST_CASE("a manifest says again what it was told") {
  const Place place;
  const auto all = place.load();
  REQUIRE(all.size() == 2);
  CHECK(all[0].path == "data");
  CHECK(all[1].path == "data/sub");
  const Entry* file = find(all[0], "M\xfcsli");
  REQUIRE(file != nullptr);
  CHECK(file->mtime == -7);
  CHECK(file->live == Signature{1, 3, 5, 7});
  CHECK_FALSE(file->database);
  CHECK(find(all[0], "x.db")->wal == Signature{2, 4, 6, 8});
  CHECK(find(all[0], "link")->target == "../any \"where");
  CHECK(find(all[0], "again")->type == Type::kHardLink);
  const auto summary = read_summary(place.path);
  REQUIRE(summary);
  CHECK(summary->first.id == "20261124_070608");
  CHECK(summary->second.changes == std::vector<std::string>{"app.py"});
  CHECK(summary->second.files == 3);
}

TEST_CASE("no flipped bit and no shortening of a manifest is taken for another") {
  const Place place;
  const std::string whole = place.read("manifest");
  for (std::size_t bit = 0; bit < whole.size() * 8; bit += 7) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    place.write("manifest", flipped);
    CHECK_THROWS_AS(static_cast<void>(place.load()), Error);
  }
  for (std::size_t size = 0; size < whole.size(); size += 3) {
    place.write("manifest", whole.substr(0, size));
    CHECK_THROWS_AS(static_cast<void>(place.load()), Error);
    CHECK_THROWS_AS(static_cast<void>(read_summary(place.path)), Error);
  }
}

TEST_CASE("a manifest leads nowhere but into the application directory") {
  for (const char* path : {"../x", "data/../../x", "/etc/passwd", "", "data%00x", ".."}) {
    CAPTURE(path);
    const std::string text(path);
    CHECK_THROWS(
        static_cast<void>(directory_of(R"({"dir":")" + text + R"(","mode":493,"mtime":1})")));
    CHECK_THROWS(static_cast<void>(entry_of(R"(["h","x",")" + text + R"("])")));
    CHECK_THROWS(static_cast<void>(entry_of(R"(["h",")" + text + R"(","x"])")));
    CHECK_THROWS(
        static_cast<void>(summary_of(R"({"roots":[],"absent":[],"skipped":[],"changes":[")" + text +
                                     R"("],"deleted":[],"files":1,"bytes":1})")));
  }
  CHECK_THROWS(static_cast<void>(entry_of(R"(["h","a/b","x"])")));
}

TEST_CASE("what a line cannot say is refused") {
  for (const char* line :
       {"", "[]", "{}", R"(["p","x","y"])", R"(["f","x",-1,3,4,"00",1,2,3,4])",
        R"(["l","x",1e300,"y",1,2,3,4])", R"(["f","x",420,0.5,4,"00",1,2,3,4])", R"(["f"])"}) {
    CAPTURE(line);
    CHECK_THROWS(static_cast<void>(entry_of(line)));
  }
  CHECK_THROWS(static_cast<void>(header_of(R"({"version":3})")));
}
