// What a backup knows of one path.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <map>
#include <string>

namespace nutricount::backup {

/// Tells a file that was not touched since from one that was.
struct Signature {
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t mtime = 0;  ///< ns
  std::int64_t ctime = 0;  ///< ns
  bool operator==(const Signature&) const = default;
};
[[nodiscard]] Signature signature_of(const struct stat& st);
[[nodiscard]] std::int64_t nanoseconds(const timespec& time);

struct Entry {
  char type = 'f';  ///< 'f'ile, 'd'irectory, 'l'ink
  std::uint32_t mode = 0;
  std::uint64_t size = 0;
  std::int64_t mtime = 0;
  std::string sha256;  ///< files: hexadecimal
  std::string target;  ///< links
  bool database = false;
  Signature live;  ///< of the source; not kept in the manifest
  Signature wal;   ///< of its WAL, for a database
};

/// Relative path ("data/nutrition.db") -> entry.
using Entries = std::map<std::string, Entry>;

}  // namespace nutricount::backup
