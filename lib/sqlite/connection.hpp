// One connection to a database, for the other files of this room.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "sqlite/libsqlite3.hpp"

namespace nutricount::sqlite {

struct CloseDatabase {
  void operator()(sqlite3* database) const { library().close(database); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;

/// "cannot ACTION PATH: what SQLite says", from its last call.
[[nodiscard]] Error failed(sqlite3* database, const std::filesystem::path& path,
                           const std::string& action);
/// Opens `name`, which is `path` itself or, with SQLITE_OPEN_URI, its address.
[[nodiscard]] Database open_database(const std::string& name, int flags,
                                     const std::filesystem::path& path);
/// For sqlite3_exec(): keeps the first column of the first row in a std::string.
int first_text(void* text, int columns, char** values, char** names);
/// Runs `sql`; the first column of its first row. Throws as `failed` does.
std::string run(sqlite3* database, const std::filesystem::path& path, const std::string& sql,
                const std::string& action);

/// Of its WAL, where there is one. Throws where it cannot be looked at: SQLite takes that for none.
[[nodiscard]] std::optional<struct stat> look_at_wal(const std::filesystem::path& database);

/// SQLite's own handler asks every 100 ms in the end: under a writer with a rollback journal that
/// never rests, it misses the short moments between two commits for longer than it waits.
template <int kMilliseconds>
int ask_again(void* /*unused*/, int asked) {
  usleep(1000);
  return asked < kMilliseconds ? 1 : 0;
}

/// Throws where the disk is full. SQLite maps a WAL's index into memory, with holes where blocks
/// are smaller than pages (a Raspberry Pi 5 has pages of 16 KiB): to fill one on a full disk is
/// SIGBUS, the end of this process.
void ensure_room_for_index(const std::filesystem::path& path);

}  // namespace nutricount::sqlite
