// SQLite databases, as far as copying and comparing them needs.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace nutricount::sqlite {

/// By its header ("SQLite format 3\0", https://sqlite.org/fileformat.html), whatever its name.
/// Throws for a file that cannot be read.
[[nodiscard]] bool is_database(int fd);
/// Whether its header says that it keeps a WAL, not a rollback journal.
[[nodiscard]] bool uses_wal(int fd);

/// A read transaction: while it lives, database file and WAL together hold its committed state and
/// nothing is checkpointed over it. POSIX locks go when this process closes any descriptor of the
/// file: keep those that the copy opens until after this object is gone.
class ReadTransaction {
 public:
  explicit ReadTransaction(const std::filesystem::path& database);
  ReadTransaction(ReadTransaction&&) noexcept;
  ReadTransaction& operator=(ReadTransaction&&) noexcept;
  ~ReadTransaction();

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

/// Brings the WAL into the database file and removes it; for copies and stopped applications.
/// Throws where another process still uses the database.
void fold_wal(const std::filesystem::path& database);
/// Throws with SQLite's own words unless PRAGMA quick_check says ok.
void quick_check(const std::filesystem::path& database);
/// Whether two closed databases (no WAL) hold the same pages, change counters aside.
[[nodiscard]] bool same_pages(const std::filesystem::path& left,
                              const std::filesystem::path& right);

}  // namespace nutricount::sqlite
