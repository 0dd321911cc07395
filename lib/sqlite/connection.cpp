#include "sqlite/connection.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>

namespace nutricount::sqlite {
namespace fs = std::filesystem;

int first_text(void* text, int columns, char** values, char** /*names*/) {
  auto& first = *static_cast<std::string*>(text);
  if (columns > 0 && values[0] != nullptr && first.empty()) first = values[0];
  return 0;
}

Error failed(sqlite3* database, const fs::path& path, const std::string& action) {
  const std::string shown = path.string();
  std::error_code ignored;
  std::string hint = fmt::format("look at it: sqlite3 '{}' 'PRAGMA integrity_check'", shown);
  const int code = library().errcode(database);
  if (code == SQLITE_BUSY) {
    hint = fmt::format("see who locks it, and try again after that: fuser -v '{}'", shown);
  } else if (code == SQLITE_READONLY && fs::exists(shown + "-journal", ignored)) {
    hint = fmt::format(
        "a killed application left half a transaction; take it back: sqlite3 '{}' .tables", shown);
  }
  return Error(fmt::format("cannot {} {}: {}", action, shown, library().errmsg(database)), hint);
}

Database open_database(const std::string& name, int flags, const fs::path& path) {
  sqlite3* raw = nullptr;
  const int result = library().open_v2(name.c_str(), &raw, flags, nullptr);
  Database database(raw);
  if (result != SQLITE_OK) throw failed(raw, path, "open");
  return database;
}

std::string run(sqlite3* database, const fs::path& path, const std::string& sql,
                const std::string& action) {
  std::string first;
  if (library().exec(database, sql.c_str(), first_text, &first, nullptr) != SQLITE_OK) {
    throw failed(database, path, action);
  }
  return first;
}

std::optional<struct stat> look_at_wal(const fs::path& database) {
  const std::string wal = database.string() + "-wal";
  struct stat st {};
  if (stat(wal.c_str(), &st) == 0) return st;
  if (errno == ENOENT || errno == ENAMETOOLONG) return std::nullopt;
  throw system_error(fmt::format("cannot look at {}", wal));
}

void ensure_room_for_index(const fs::path& path) {
  constexpr off_t kRoom = 1 << 20;
  const int fd = ::open(path.parent_path().c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0) return;  // a file system that cannot say
  const int result = posix_fallocate(fd, 0, kRoom);
  close(fd);
  if (result != ENOSPC && result != EDQUOT) return;
  throw system_error(result, fmt::format("cannot read {}", path.string()));
}

}  // namespace nutricount::sqlite
