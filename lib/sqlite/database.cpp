#include "sqlite/database.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "sqlite/connection.hpp"

namespace nutricount::sqlite {
namespace fs = std::filesystem;
namespace {
constexpr int kBusyMilliseconds = 10'000;

// A plain path, not a URI: a name may hold any character.
Database open(const fs::path& path) {
  Database database = open_database(path.string(), SQLITE_OPEN_READWRITE, path);
  library().busy_timeout(database.get(), kBusyMilliseconds);
  return database;
}

// For a database that nobody else has open: its WAL's index needs no file then.
Database open_alone(const fs::path& path) {
  Database database = open(path);
  library().busy_timeout(database.get(), 0);
  library().exec(database.get(), "PRAGMA locking_mode=EXCLUSIVE", nullptr, nullptr, nullptr);
  return database;
}

bool has_wal(const fs::path& path) {
  const auto wal = look_at_wal(path);
  return wal && wal->st_size > 0;
}

void remove_companion(const fs::path& path, const char* suffix) {
  const std::string companion = path.string() + suffix;
  if (unlink(companion.c_str()) == 0 || errno == ENOENT || errno == ENAMETOOLONG) return;
  throw system_error(fmt::format("cannot remove {}", companion));
}

// SQLite itself leaves a WAL, even an empty one, and says nothing, where the disk has an error as
// it closes. Here nobody else can be using it.
void close_alone(Database database, const fs::path& path) {
  if (!has_wal(path)) {
    remove_companion(path, "-wal");
    remove_companion(path, "-shm");
  }
  if (library().close(database.release()) != SQLITE_OK) {
    throw Error(fmt::format("cannot close {}", path.string()));
  }
}
}  // namespace

bool is_database(int fd) {
  constexpr std::array<char, 16> kHeader{"SQLite format 3"};
  std::array<char, 16> start{};
  const ssize_t n = pread(fd, start.data(), start.size(), 0);
  const bool is_file = n >= 0 || (errno != EISDIR && errno != ESPIPE && errno != EINVAL);
  if (n < 0 && is_file) throw system_error("cannot read the start of a file");
  return n == static_cast<ssize_t>(start.size()) && start == kHeader;
}

bool uses_wal(int fd) {
  constexpr off_t kReadVersion = 19;
  char version = 0;
  const ssize_t n = pread(fd, &version, 1, kReadVersion);
  if (n < 0) throw system_error("cannot read the start of a database");
  return n == 1 && version == 2;
}

struct ReadTransaction::Handle {
  fs::path path;
  Database database;

  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  explicit Handle(fs::path of) : path(std::move(of)), database(open(path)) {}
  // A WAL that is there stays as it is: closing must not change what was just copied.
  ~Handle() {
    bool stays = true;
    try {
      stays = has_wal(path);
    } catch (const Error&) {  // nobody can say; it stays
    }
    if (stays) library().db_config(database.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  }
};

ReadTransaction::ReadTransaction(const fs::path& path) {
  ensure_room_for_index(path);
  static_cast<void>(look_at_wal(path));  // throws where there is one that SQLite may not see
  handle_ = std::make_unique<Handle>(path);
  sqlite3* database = handle_->database.get();
  library().busy_handler(database, ask_again<kBusyMilliseconds>, nullptr);
  run(database, path, "BEGIN", "read");
  run(database, path, "SELECT count(*) FROM sqlite_master", "read");
}

ReadTransaction::ReadTransaction(ReadTransaction&&) noexcept = default;
ReadTransaction& ReadTransaction::operator=(ReadTransaction&&) noexcept = default;
ReadTransaction::~ReadTransaction() = default;

void fold_wal(const fs::path& path) {
  Database database = open_alone(path);
  std::string
      busy;  // the first column says whether another connection kept it from doing all of it
  const int result =
      library().exec(database.get(), "PRAGMA wal_checkpoint(TRUNCATE)", first_text, &busy, nullptr);
  if (result != SQLITE_OK && result != SQLITE_BUSY) {
    throw failed(database.get(), path, "fold the WAL of");
  }
  if (result == SQLITE_BUSY || busy != "0") {
    throw Error(fmt::format("cannot fold the WAL of {}: another process uses it", path.string()),
                fmt::format("see which one, and end it: fuser -v '{}'", path.string()));
  }
  if (has_wal(path)) {
    throw Error(fmt::format("cannot fold the WAL of {}: SQLite did not see it", path.string()),
                "look for errors of the disk: journalctl -k");
  }
  close_alone(std::move(database), path);
}

void quick_check(const fs::path& path) {
  Database database = open_alone(path);
  const std::string said = run(database.get(), path, "PRAGMA quick_check(1)", "check");
  if (said == "ok") return close_alone(std::move(database), path);
  throw Error(fmt::format("the database {} is damaged: {}", path.string(), said),
              "restore it from a backup, or save what is left: sqlite3 OLD .recover | sqlite3 NEW");
}

bool same_pages(const fs::path& left, const fs::path& right) {
  std::ifstream one(left, std::ios::binary);
  std::ifstream other(right, std::ios::binary);
  std::array<char, 65536> a{};
  std::array<char, 65536> b{};
  bool first = true;
  while (one && other) {
    one.read(a.data(), a.size());
    other.read(b.data(), b.size());
    if (one.gcount() != other.gcount()) return false;
    if (first) {
      // File change counter, version-valid-for, version number: https://sqlite.org/fileformat.html
      for (auto* bytes : {&a, &b}) {
        std::memset(bytes->data() + 24, 0, 4);
        std::memset(bytes->data() + 92, 0, 8);
      }
      first = false;
    }
    if (std::memcmp(a.data(), b.data(), static_cast<std::size_t>(one.gcount())) != 0) return false;
  }
  return one.eof() && other.eof();
}

}  // namespace nutricount::sqlite
