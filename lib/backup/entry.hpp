// What a backup knows of one path.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>
#include <vector>

#include "crypto/digest.hpp"

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

enum class Type : char { kFile = 'f', kDirectory = 'd', kLink = 'l', kHardLink = 'h' };

struct Entry {
  Type type = Type::kFile;
  bool database = false;
  std::uint32_t mode = 0;
  std::uint64_t size = 0;   ///< of the copy
  std::int64_t mtime = 0;   ///< ns
  crypto::Digest sha256{};  ///< files
  std::string target;       ///< links: where to; hard links: the path that came first
  Signature live;           ///< of the source when it was copied
  Signature wal;            ///< of its WAL, for a database
};

struct NamedEntry {
  std::string name;
  Entry entry;
};

/// A directory and what is in it, sorted by name (bytes); directories are not among it.
struct Directory {
  std::string path;  ///< "data/sub"; "./venv" in full backups
  std::uint32_t mode = 0;
  std::int64_t mtime = 0;  ///< ns
  std::vector<NamedEntry> entries;
};

/// The entry of a name, or null.
[[nodiscard]] const Entry* find(const Directory& directory, const std::string& name);

/// The order in which directories are visited: each before those in it, siblings by name.
[[nodiscard]] bool visited_before(const std::string& left, const std::string& right);

}  // namespace nutricount::backup
