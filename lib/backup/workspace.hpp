// The place where a backup is made, so that it is whole or absent whatever happens:
//
//   marker               on disk before anything else; names the backup that is being made and the
//                        one that it is made over: neither is listed from here on
//   manifest of the old  renamed away; its trees are renamed to NAME.backup.partial
//   NAME.backup.partial  becomes what the source is
//   flush; each gets its final name NAME.backup.ID
//   manifest             written, flushed, given its name: from here on the backup is listed
//   marker               removed
//
// What an interruption leaves is settled by the next run: a backup with a manifest is whole. Else
// the trees stay as NAME.backup.partial for the next backup where they came from an old one (it
// cost one, and shall cost no second), and are removed where they were new.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "backup/layout.hpp"
#include "os/owner.hpp"

namespace nutricount::backup {

class Workspace {
 public:
  explicit Workspace(const Layout& layout) : layout_(layout) {}

  /// Ids that a marker keeps from being listed.
  [[nodiscard]] std::set<std::string> unlisted() const;
  /// Brings what an interrupted run left to rest. Safe to repeat after a kill at any instant.
  void settle() const;
  /// Whether trees of an old backup wait to be made over.
  [[nodiscard]] bool stands() const;

  /// Begins a backup: over what stands, else over the backup `old` where one is named. Call
  /// settle() first. Where `old` is used, what it held is known (Layout::known_manifest).
  void begin(const std::string& id, const std::string& old, const os::Owner& owner) const;
  /// Turns a listed backup into trees that wait to be made over.
  void recycle(const std::string& id, const os::Owner& owner) const;
  /// Unlists a backup and removes it.
  void remove(const std::string& id) const;

 private:
  struct Marker {
    std::string makes;  ///< empty: nothing
    std::string from;   ///< trees of this id are being taken; empty: none
    bool keep = false;  ///< what is unfinished stays for the next backup
  };
  [[nodiscard]] std::optional<Marker> marker() const;
  void mark(const Marker& marker, const os::Owner& owner) const;
  void gather(const std::string& id) const;
  void drop() const;
  void finish_removal(const std::string& id) const;
  [[nodiscard]] std::vector<std::string> all_roots() const;
  const Layout& layout_;
};

}  // namespace nutricount::backup
