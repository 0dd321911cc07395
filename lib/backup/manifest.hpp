// What a backup holds. The manifest is what makes a backup count: it gets its name last.
//
// One JSON value a line, so that neither writing nor reading holds the whole in memory:
//   {"version":2,"tool":"0.1.0","id":…,"time":…,"commit":…}
//   {"dir":"data","mode":493,"mtime":NS}                             then what lies in it:
//   ["f","name",MODE,SIZE,MTIME,"SHA-256",INODE,SIZE,MTIME,CTIME]     the last four: of the source;
//        a database has as many more, of its WAL
//   ["l","name",MTIME,"TARGET",INODE,SIZE,MTIME,CTIME]   ["h","name","PATH"]
//   {"roots":[…],"absent":[…],"skipped":[…],"changes":[…],"deleted":[…],"files":N,"bytes":N}
//   {"sha256":"of every byte before this line"}
// Names are bytes, JSON is UTF-8: all but printable ASCII is written as %XX.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "backup/entry.hpp"
#include "base/clock.hpp"
#include "crypto/sha256.hpp"
#include "os/fd.hpp"
#include "os/owner.hpp"

namespace nutricount::backup {

struct Header {
  std::string id;
  Timestamp time;
  std::string commit;
  std::string tool;
};

struct Summary {
  std::vector<std::string> roots;    ///< trees that were there
  std::vector<std::string> absent;   ///< and those that were not
  std::vector<std::string> skipped;  ///< what it cannot guarantee
  std::vector<std::string> changes;  ///< files of keep_changes that were there
  std::vector<std::string> deleted;  ///< and those that were not
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};

class ManifestWriter {
 public:
  /// Makes the file anew, for `owner`.
  ManifestWriter(std::filesystem::path path, const Header& header, const os::Owner& owner);
  /// In the order of visited_before().
  void add(const Directory& directory);
  /// Hands over to the file what is held back, so that it can be read.
  void flush();
  /// Ends the file. It is not on disk yet.
  void finish(const Summary& summary);

 private:
  void line(std::string_view text);
  std::filesystem::path path_;
  os::Fd file_;
  std::string pending_;
  crypto::Sha256 hash_;
};

/// Reads directory by directory.
class ManifestReader {
 public:
  enum class Extent {
    kWhole,  ///< ends with its SHA-256, which is checked before anything is believed
    kBody,   ///< written by this process and not finished yet
  };
  /// Throws for one that is damaged or from a newer version.
  explicit ManifestReader(std::filesystem::path path, Extent extent = Extent::kWhole);

  [[nodiscard]] const Header& header() const { return header_; }
  /// Nothing at the end.
  [[nodiscard]] std::optional<Directory> next();

 private:
  [[nodiscard]] std::optional<std::string> line();
  [[nodiscard]] bool fill();
  std::filesystem::path path_;
  os::Fd file_;
  std::string buffer_;
  std::size_t at_ = 0;
  std::string ahead_;  ///< the line of the next directory
  Header header_;
};

/// Directories by path, asked for in the order of visited_before(); what was passed is gone.
class Known {
 public:
  /// Knows nothing.
  Known() = default;
  explicit Known(ManifestReader reader);
  /// What is known of a directory.
  [[nodiscard]] std::optional<Directory> take(const std::string& path);

 private:
  std::optional<ManifestReader> reader_;
  std::optional<Directory> at_;
};

/// Nothing where there is none; throws for one that cannot be understood. Reads its ends only.
[[nodiscard]] std::optional<std::pair<Header, Summary>> read_summary(
    const std::filesystem::path& path);

}  // namespace nutricount::backup
