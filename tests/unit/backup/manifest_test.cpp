#include "backup/manifest.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/checksum.hpp"
#include "base/error.hpp"
#include "scratch.hpp"

using namespace nutricount;
using namespace nutricount::backup;

namespace {
constexpr const char* kId = "20261124_070608";
constexpr const char* kFile = ".backup.20261124_070608.json";

struct Place : Scratch {
  Place() {
    Manifest manifest{.id = kId, .time = now(), .commit = "abc", .names = {"data"}};
    manifest.changes = {"app.py"};
    manifest.entries["data"] = {.type = 'd', .mode = 0755};
    manifest.entries["data/M\xfcsli"] = {.type = 'f', .mode = 0644, .size = 3, .sha256 = "00ff"};
    write_manifest(root, manifest, os::current_user());
  }
  [[nodiscard]] std::optional<Manifest> load() const { return read_manifest(root, kId); }
  /// As its owner could write it: with another value, and with the checksum of that.
  void forge(const char* pointer, const nlohmann::json& value) const {
    auto all = nlohmann::json::parse(read(kFile));
    all.erase("crc32");
    all[nlohmann::json::json_pointer(pointer)] = value;
    write(kFile, with_checksum(all.dump()) + "\n");
  }
};
}  // namespace

TEST_CASE("a flipped bit in a manifest is never taken for another manifest") {
  const Place place;
  const std::string whole = place.read(kFile);
  CHECK(place.load()->entries.contains("data/M\xfcsli"));
  // The line break at the end says nothing.
  for (std::size_t bit = 0; bit < (whole.size() - 1) * 8; bit += 7) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    place.write(kFile, flipped);
    CHECK_THROWS_AS(static_cast<void>(place.load()), Error);
  }
}

TEST_CASE("a manifest leads nowhere but into the application directory") {
  for (const char* pointer : {"/deleted/0", "/changes/0", "/names/0", "/entries/0/path"}) {
    for (const char* path :
         {"../x", "data/../../x", "/etc/passwd", "", "data%00x", "..", "%2E%2E/x"}) {
      const Place place;
      CAPTURE(pointer);
      CAPTURE(path);
      place.forge(pointer, "data");
      CHECK_NOTHROW(static_cast<void>(place.load()));
      place.forge(pointer, path);
      CHECK_THROWS_AS(static_cast<void>(place.load()), Error);
    }
  }
}

TEST_CASE("what a manifest cannot say is refused") {
  const std::vector<std::pair<const char*, nlohmann::json>> values{
      {"/entries/0/type", "p"},    {"/entries/0/type", ""},  {"/entries/0/mode", -1},
      {"/entries/0/mtime", 1e300}, {"/entries/1/size", 0.5}, {"/version", 2},
      {"/id", "20261124_070609"},  {"/time", "yesterday"},   {"/entries/1/sha256", nullptr},
      {"/names", "data"}};
  for (const auto& [pointer, value] : values) {
    const Place place;
    CAPTURE(pointer);
    place.forge(pointer, value);
    CHECK_THROWS_AS(static_cast<void>(place.load()), Error);
  }
}
