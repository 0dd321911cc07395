// One name of a directory, made in the copy of that directory.
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "backup/tree.hpp"
#include "os/fd.hpp"

namespace nutricount::backup {

/// A directory and its copy.
struct Place {
  os::Fd from;
  os::Fd to;
  os::Fd shared;               ///< in the earlier tree whose files may be shared; or empty
  std::filesystem::path live;  ///< what `from` is in messages
  std::filesystem::path copy;
  std::string path;    ///< of both, in the manifest
  bool fresh = false;  ///< `to` was empty
};

/// A name in it, and what the manifests of the copies know of the directory.
struct Here {
  const Place& place;
  const std::string& name;
  std::string path;
  struct stat st {};
  const Directory* known = nullptr;
  const Directory* shared = nullptr;
};

struct Made {
  std::optional<Entry> entry;     ///< nothing: it is no file or link, or vanished
  std::string_view skipped = {};  ///< why it is not in the copy, or not as it should be
  std::uint64_t written = 0;      ///< bytes
  bool cold = false;              ///< a file had to be waited for: the tree is not in memory
};

/// For one thread.
class EntryCopier {
 public:
  explicit EntryCopier(const TreeCopy& job) : job_(job), files_(job.files, job.deadline) {}
  /// Makes the file or link in the copy, by as few writes as possible. Throws on any error.
  [[nodiscard]] Made make(const Here& here);

 private:
  [[nodiscard]] static Entry link(const Here& here);
  [[nodiscard]] Made file(const Here& here);
  [[nodiscard]] bool share(const Here& here, const Entry& entry) const;

  const TreeCopy& job_;
  FileCopier files_;
};

/// A directory that was read-only is so in the copy, and stops whoever is not root: until the copy
/// gets its source's mode, it may be written to. Throws.
void make_writable(const Place& place);

/// Removes what the copy has under `name` where that is of another type than `type` (S_IFMT).
void clear_other_type(const Place& place, const std::string& name, mode_t type);

}  // namespace nutricount::backup
