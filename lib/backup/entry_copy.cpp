#include "backup/entry_copy.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/error.hpp"
#include "os/file.hpp"

namespace nutricount::backup {
namespace fs = std::filesystem;
namespace {
// The entry of a copy that is what the source is: not touched since, and still there.
const Entry* unchanged(const Here& here, const Directory* in, const os::Fd& at) {
  const Entry* entry = in != nullptr && at ? find(*in, here.name) : nullptr;
  if (entry == nullptr || entry->type != Type::kFile || entry->live != signature_of(here.st)) {
    return nullptr;
  }
  if (entry->database && entry->wal != wal_signature(here.place.from.get(), here.name))
    return nullptr;
  struct stat st {};
  if (fstatat(at.get(), here.name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0) return nullptr;
  const bool whole = S_ISREG(st.st_mode) && static_cast<std::uint64_t>(st.st_size) == entry->size;
  return whole ? entry : nullptr;
}
}  // namespace

Made EntryCopier::make(const Here& here) {
  if (!here.place.fresh) clear_other_type(here.place, here.name, here.st.st_mode);
  if (S_ISLNK(here.st.st_mode)) return {link(here)};
  if (S_ISREG(here.st.st_mode)) return file(here);
  return {std::nullopt, "not a file, directory or link"};
}

Entry EntryCopier::link(const Here& here) {
  std::string target(4096, '\0');
  const ssize_t n =
      readlinkat(here.place.from.get(), here.name.c_str(), target.data(), target.size());
  const fs::path live = here.place.live / here.name;
  if (n < 0) throw system_error(fmt::format("cannot read the link {}", live.string()));
  target.resize(static_cast<std::size_t>(n));
  Entry entry{.type = Type::kLink,
              .mtime = nanoseconds(here.st.st_mtim),
              .target = std::move(target),
              .live = signature_of(here.st)};
  const Entry* known = here.known != nullptr ? find(*here.known, here.name) : nullptr;
  if (known != nullptr && known->type == Type::kLink && known->live == entry.live) return entry;
  unlinkat(here.place.to.get(), here.name.c_str(), 0);
  if (symlinkat(entry.target.c_str(), here.place.to.get(), here.name.c_str()) != 0) {
    throw system_error(fmt::format("cannot copy the link {}", live.string()));
  }
  copy_link_metadata(here.place.to.get(), here.name, here.st, live);
  return entry;
}

Made EntryCopier::file(const Here& here) {
  if (const Entry* kept = unchanged(here, here.known, here.place.to)) return {*kept};
  const Entry* shared = unchanged(here, here.shared, here.place.shared);
  if (shared != nullptr && share(here, *shared)) return {*shared};
  Entry entry;
  const FilePlace from{here.place.from.get(), here.name, here.place.live / here.name};
  const FilePlace to{here.place.to.get(), here.name, here.place.copy / here.name};
  const std::uint64_t before = files_.written_bytes();
  if (!files_.copy(from, to, here.st, entry)) return {};
  return {.entry = std::move(entry),
          .skipped = files_.restless() ? "changed while it was read" : "",
          .written = files_.written_bytes() - before,
          .cold = files_.cold()};
}

bool EntryCopier::share(const Here& here, const Entry& entry) const {
  if (entry.database || job_.shared == nullptr || !job_.shared->allows(here.path)) return false;
  unlinkat(here.place.to.get(), here.name.c_str(), 0);
  return linkat(here.place.shared.get(), here.name.c_str(), here.place.to.get(), here.name.c_str(),
                0) == 0;
}

void make_writable(const Place& place) {
  struct stat st {};
  if (geteuid() == 0 || fstat(place.to.get(), &st) != 0 || (st.st_mode & S_IWUSR) != 0) return;
  if (fchmod(place.to.get(), S_IRWXU) != 0) {
    throw system_error(fmt::format("cannot write to {}", place.copy.string()));
  }
}

void clear_other_type(const Place& place, const std::string& name, mode_t type) {
  struct stat st {};
  if (fstatat(place.to.get(), name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0) return;
  if ((st.st_mode & S_IFMT) != (type & S_IFMT)) os::remove_tree(place.copy / name);
}

}  // namespace nutricount::backup
