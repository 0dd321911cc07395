#include <doctest/doctest.h>

#include <filesystem>

#include "backup/store.hpp"
#include "scratch.hpp"

using namespace nutricount;

TEST_CASE("what a kill left of a manifest or a marker goes, and nothing else") {
  const Scratch scratch;
  const char* const left[] = {".backup.20261124_101500.json.new",
                              ".backup.20261124_101500.partial.new"};
  const char* const others[] = {".backup.20261124_101500.json.newer", ".backup.mine.new",
                                "venv.new", "notes.new"};
  for (const char* name : left) scratch.write(name, "x");
  for (const char* name : others) scratch.write(name, "x");
  CHECK(backup::Store(scratch.root, {"data"}).sweep().size() == std::size(left));
  for (const char* name : left) CHECK_FALSE(std::filesystem::exists(scratch.root / name));
  for (const char* name : others) CHECK(std::filesystem::exists(scratch.root / name));
}
