// A backup against its manifest.
#include <fmt/format.h>

#include <algorithm>

#include "backup/content.hpp"
#include "backup/listing.hpp"
#include "backup/manifest.hpp"
#include "backup/store.hpp"
#include "backup/tree.hpp"
#include "base/error.hpp"
#include "os/file.hpp"
#include "os/interruption.hpp"

namespace nutricount::backup {
namespace fs = std::filesystem;
namespace {
class Verification {
 public:
  Verification(const Layout& layout, const std::string& id, const OnProgress& on_progress)
      : layout_(layout), id_(id), on_progress_(on_progress) {}

  void directory(const Directory& wanted) {
    const fs::path path = layout_.copy(wanted.path, id_);
    const os::Fd fd = os::open_if_exists(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (!fd) {
      add(Fault::What::kMissing, wanted.path);
      return;
    }
    known_.insert(wanted.path);
    for (const auto& [name, entry] : wanted.entries) {
      os::throw_if_interrupted();
      one(path / name, wanted.path + "/" + name, entry);
    }
    for (const auto& [name, inode] : names_in(fd.get(), path)) {
      if (find(wanted, name) != nullptr) continue;
      const auto st = os::look_at(path / name);
      // Directories have lines of their own: those that were never named are found at the end.
      if (st && S_ISDIR(st->st_mode)) {
        seen_.push_back(wanted.path + "/" + name);
      } else {
        add(Fault::What::kExtra, wanted.path + "/" + name);
      }
    }
  }

  std::vector<Fault> finish() {
    for (const auto& path : seen_) {
      if (!known_.contains(path)) add(Fault::What::kExtra, path);
    }
    return std::move(faults_);
  }

 private:
  void add(Fault::What what, const std::string& path) { faults_.push_back({what, path}); }

  void one(const fs::path& file, const std::string& path, const Entry& entry) {
    const auto st = os::look_at(file);
    if (!st) {
      add(Fault::What::kMissing, path);
    } else if (!good(file, *st, entry)) {
      add(Fault::What::kDamaged, path);
    }
    progress_.files += 1;
    progress_.bytes += entry.size;
    if (on_progress_) on_progress_(progress_);
  }

  bool good(const fs::path& file, const struct stat& st, const Entry& entry) {
    if (entry.type == Type::kLink) {
      return S_ISLNK(st.st_mode) && fs::read_symlink(file) == entry.target;
    }
    if (!S_ISREG(st.st_mode)) return false;          // opening a FIFO would wait
    if (entry.type == Type::kHardLink) return true;  // its content is the first name's
    if (static_cast<std::uint64_t>(st.st_size) != entry.size) return false;
    if ((st.st_mode & 07777U) != entry.mode) return false;
    const os::Fd fd = os::open_file(file, O_RDONLY | O_NOFOLLOW);
    return content_.read(fd.get(), file).sha256 == entry.sha256;
  }

  const Layout& layout_;
  const std::string& id_;
  const OnProgress& on_progress_;
  ContentCopier content_;
  Progress progress_;
  std::set<std::string> known_;
  std::vector<std::string> seen_;
  std::vector<Fault> faults_;
};
}  // namespace

std::vector<Fault> Store::verify(const std::string& id, const OnProgress& on_progress) const {
  const fs::path path = layout_.manifest(id);
  if (!os::look_at(path)) {
    throw Error(fmt::format("backup {} has no manifest: it cannot be verified", id),
                "it was made by the scripts of before, or is not there: see backup --list");
  }
  ManifestReader manifest(path);
  Verification verification(layout_, id, on_progress);
  while (const auto directory = manifest.next()) verification.directory(*directory);
  return verification.finish();
}

}  // namespace nutricount::backup
