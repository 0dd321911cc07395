// One file's content, hashed on the way, and what belongs to it.
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "backup/entry.hpp"
#include "base/clock.hpp"
#include "os/fd.hpp"

namespace nutricount::backup {

constexpr std::size_t kBlock = 256U << 10U;  ///< what is read at once
/// pread(2) until the block is full or the file ends: how many bytes. Throws, naming `shown`.
[[nodiscard]] std::size_t read_block(int fd, std::span<char> block, off_t at,
                                     const std::filesystem::path& shown);

struct Copied {
  crypto::Digest sha256{};
  std::uint64_t bytes = 0;
  std::uint64_t written = 0;
};

enum class Hash { kYes, kNo };  ///< kNo: nobody asks for it, or for the size, or read() follows

/// Makes contents equal; keeps its buffers from file to file.
class ContentCopier {
 public:
  /// Copies that take longer than `deadline`, and interrupted ones, throw: between two blocks.
  explicit ContentCopier(Deadline deadline = {});
  /// Makes the content of `to` that of `from`. What `to` holds already is compared, and only pages
  /// of 4 KiB that differ are written; where the file system shares extents (FICLONE), nothing is.
  /// Runs of zeros become holes in a file that was shorter. `shown` names the source in errors.
  [[nodiscard]] Copied copy(int from, int to, const std::filesystem::path& shown,
                            Hash hash = Hash::kYes);
  /// SHA-256 and size of an open file.
  [[nodiscard]] Copied read(int from, const std::filesystem::path& shown);

 private:
  void write_what_differs(int to, std::size_t count, off_t at, off_t old_size, Copied& copied,
                          const std::filesystem::path& shown);
  void check(const std::filesystem::path& shown) const;
  Deadline deadline_;
  std::vector<char> source_;
  std::vector<char> present_;
  bool clones_ = true;  ///< until the file system says that it cannot
};

/// Owner (as root), mode, xattrs with ACLs, times in ns, each only where it differs. `from` and
/// `to` are open files or directories.
void copy_metadata(int from, int to, const struct stat& st, const std::filesystem::path& shown);

/// The same for a link, which cannot be opened.
void copy_link_metadata(int directory, const std::string& name, const struct stat& st,
                        const std::filesystem::path& shown);

}  // namespace nutricount::backup
