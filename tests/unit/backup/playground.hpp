// An application's data, and backups of it.
#pragma once

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <filesystem>
#include <string>

#include "backup/maker.hpp"
#include "backup/store.hpp"
#include "os/owner.hpp"
#include "scratch.hpp"

namespace nutricount::backup {
namespace fs = std::filesystem;

struct Playground : Scratch {
  Playground() {
    fs::create_directories(root / "data/sub");
    fs::create_directories(root / ".git");
    write("data/notes.txt", "first");
    write("data/sub/\xff name", "bytes");
    fs::create_symlink("notes.txt", root / "data/link");
    sql("PRAGMA journal_mode=WAL; CREATE TABLE t(a,b); INSERT INTO t VALUES (50,50);");
  }
  void sql(const char* text, const char* file = "data/x.db") const {
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open((root / file).c_str(), &database) == SQLITE_OK);
    sqlite3_busy_timeout(database, 5000);
    CHECK(sqlite3_exec(database, text, nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(database);
  }
  [[nodiscard]] Subject subject(const std::string& id) const {
    return {.layout = Layout::data(root, {"data", "logs"}),
            .id = id,
            .time = now(),
            .commit = "abc",
            .owner = os::current_user(),
            .over = {},
            .beside = {}};
  }
  [[nodiscard]] Store store() const { return Store(Layout::data(root, {"data", "logs"})); }
  void make(const std::string& id, const std::string& over = {}) const {
    Subject of = subject(id);
    of.over = over;
    Maker maker(of);
    maker.copy(Deadline(), {});
    maker.copy(Deadline(), {});
    maker.seal();
  }
};
inline constexpr const char* kId = "20260101_000000";
inline constexpr const char* kAside = "20260101_000001";

/// "missing data/x", "damaged data/y", …
inline std::vector<std::string> words(const std::vector<Fault>& faults) {
  std::vector<std::string> out;
  for (const auto& fault : faults) {
    out.push_back(std::string(fault.what == Fault::What::kMissing   ? "missing "
                              : fault.what == Fault::What::kDamaged ? "damaged "
                                                                    : "extra ") +
                  fault.path);
  }
  return out;
}

}  // namespace nutricount::backup
