// One file of a tree: plain, or a database under its writer.
#pragma once

#include <filesystem>
#include <string>

#include "backup/content.hpp"
#include "backup/entry.hpp"
#include "os/fd.hpp"

namespace nutricount::backup {

struct FileOptions {
  /// Databases as one committed state, their WAL folded into the copy.
  bool databases = true;
  /// Ask each copied database whether it is sound.
  bool check = true;
  /// For the manifest.
  bool hash = true;
};

/// The end of one file: `at` is a descriptor of the directory, `shown` the whole path.
struct FilePlace {
  int at;
  const std::string& name;
  std::filesystem::path shown;
};

class FileCopier {
 public:
  FileCopier(FileOptions options, Deadline deadline) : options_(options), content_(deadline) {}

  /// Makes `to` what `from` is and says what that was. A file that is there already is rewritten
  /// where it differs, unless another name shares it: then it is made anew. False where the source
  /// is gone. Throws on any error of reading or writing and for a database that is not sound.
  [[nodiscard]] bool copy(const FilePlace& from, const FilePlace& to, const struct stat& st,
                          Entry& entry);

  [[nodiscard]] std::uint64_t written_bytes() const { return written_; }
  /// Whether a file had to be waited for: the tree is not in memory.
  [[nodiscard]] bool cold() const { return cold_; }
  /// Whether the last file was never found at rest: it changed each time it was read.
  [[nodiscard]] bool restless() const { return restless_; }

 private:
  void plain(const os::Fd& from, const os::Fd& to, const std::filesystem::path& shown,
             Entry& entry);
  void database(const FilePlace& from, const FilePlace& to, const os::Fd& source,
                const os::Fd& target, Entry& entry);
  void keep(const Copied& copied, Entry& entry);
  FileOptions options_;
  ContentCopier content_;
  std::uint64_t written_ = 0;
  bool restless_ = false;
  bool cold_ = false;
};

/// The signature of the WAL beside a database; zeros where there is none, or nothing in it.
[[nodiscard]] Signature wal_signature(int directory, const std::string& name);

/// Whether `name` lies beside a database as its -wal, -shm or -journal. Opens and closes that
/// database: not while a transaction on it is held (POSIX locks).
[[nodiscard]] bool is_companion(int directory, const std::string& name);

}  // namespace nutricount::backup
