// One file's content, hashed on the way, and what belongs to it.
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "base/clock.hpp"
#include "os/fd.hpp"

namespace nutricount::backup {

struct Copied {
  std::string sha256;
  std::uint64_t bytes = 0;
  std::uint64_t written = 0;
};

/// Makes the content of `to` that of `from`. What `to` holds already is compared by blocks, and
/// only blocks that differ are written. `shown` names the source in errors. Throws at the deadline
/// and when interrupted, between two blocks: one file may take minutes.
[[nodiscard]] Copied copy_content(int from, int to, const std::filesystem::path& shown,
                                  const Deadline& deadline);

/// Owner (as root), mode, xattrs with ACLs, times in ns: in this order, for each resets the next.
void copy_metadata(int from, int to, const struct stat& st, const std::filesystem::path& shown);

/// SHA-256 of an open file from its beginning, in hexadecimal.
[[nodiscard]] std::string hash_of(int fd, const std::filesystem::path& shown);

}  // namespace nutricount::backup
