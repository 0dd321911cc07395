#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdio>

#include "backup/copy_file.hpp"
#include "backup/manifest.hpp"
#include "backup/store.hpp"
#include "backup/tree.hpp"
#include "base/error.hpp"
#include "os/fd.hpp"
#include "os/file.hpp"

namespace nutricount::backup {
namespace fs = std::filesystem;

struct Maker::State {
  Subject subject;
  Manifest manifest;
  bool copied = false;
  bool sealed = false;

  [[nodiscard]] fs::path partial(const std::string& name) const {
    return subject.directory / (backup_name(name, subject.id) + ".partial");
  }

  [[nodiscard]] std::vector<std::string> all_names() const {
    std::vector<std::string> names = manifest.names;
    if (!manifest.changes.empty() || !manifest.deleted.empty()) names.emplace_back("changes");
    return names;
  }
};

Maker::Maker(Subject subject) : state_(std::make_unique<State>()) {
  state_->subject = std::move(subject);
  const Subject& of = state_->subject;
  state_->manifest.id = of.id;
  state_->manifest.time = of.time;
  state_->manifest.commit = of.commit;
  if (os::look_at(manifest_path(of.directory, of.id))) {
    throw Error(fmt::format("a backup {} is there already", of.id), "run it again in a second");
  }
  os::write_durably(marker_path(of.directory, of.id), of.id + "\n", 0644, &of.owner);
}

Maker::Maker(Maker&&) noexcept = default;
Maker& Maker::operator=(Maker&&) noexcept = default;

Maker::~Maker() {
  if (!state_ || state_->sealed) return;
  try {
    Store(state_->subject.directory, state_->subject.include).sweep();
  } catch (const std::exception&) {  // the next run sweeps it
  }
}

Totals Maker::measure(const Subject& subject) {
  Totals totals;
  for (const auto& name : subject.include) measure_tree(subject.directory / name, totals);
  return totals;
}

Totals Maker::copy(const Deadline& deadline, const OnProgress& on_progress) {
  Manifest& manifest = state_->manifest;
  Totals totals;
  const Totals expected = state_->copied ? Totals() : measure(state_->subject);
  const auto progress = [&](const Progress& at) {
    if (on_progress) on_progress({at.files, expected.files, at.bytes, expected.bytes});
  };
  manifest.names.clear();
  manifest.absent.clear();
  for (const auto& name : state_->subject.include) {
    const fs::path live = state_->subject.directory / name;
    const auto st = os::look_at(live);
    if (!st || !S_ISDIR(st->st_mode)) {
      if (st) totals.skipped.push_back(name + " (not a directory)");
      manifest.absent.push_back(name);
      continue;
    }
    // The first pass is the one that asks each database whether it is sound.
    const TreeOptions options{.databases = true, .check = !state_->copied};
    copy_tree(live, state_->partial(name), name, options, deadline, progress, manifest.entries,
              totals);
    manifest.names.push_back(name);
  }
  manifest.skipped = totals.skipped;
  state_->copied = true;
  return totals;
}

void Maker::flush() { os::sync_file_system(state_->subject.directory); }

namespace {
void copy_kept(const fs::path& from, const fs::path& to, const os::Owner& owner) {
  const auto st = os::look_at(from);
  if (!st) return;
  if (S_ISLNK(st->st_mode)) {
    fs::copy_symlink(from, to);
    return;
  }
  const os::Fd source = os::open_file(from, O_RDONLY | O_NOFOLLOW);
  os::Fd target = os::open_file(to, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
  static_cast<void>(copy_content(source.get(), target.get(), from, Deadline()));
  copy_metadata(source.get(), target.get(), *st, from);
  os::give_to(target.get(), owner, to);
  target.close_checked(to);
}

void make_directories(const fs::path& base, const fs::path& path, const os::Owner& owner) {
  if (path != base) make_directories(base, path.parent_path(), owner);
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    throw system_error(fmt::format("cannot make {}", path.string()));
  }
  const os::Fd fd = os::open_file(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  os::give_to(fd.get(), owner, path);
}
}  // namespace

void Maker::keep_changes(const std::vector<std::string>& paths) {
  const Subject& of = state_->subject;
  const fs::path changes = state_->partial("changes");
  make_directories(changes, changes, of.owner);
  make_directories(changes, changes / "files", of.owner);
  for (const auto& path : paths) {
    const fs::path live = of.directory / path;
    const auto st = os::look_at(live);
    if (!st || S_ISDIR(st->st_mode)) {
      state_->manifest.deleted.push_back(path);
      continue;
    }
    const fs::path copy = changes / "files" / path;
    make_directories(changes, copy.parent_path(), of.owner);
    copy_kept(live, copy, of.owner);
    state_->manifest.changes.push_back(path);
  }
  copy_kept(of.directory / ".git/index", changes / "index", of.owner);
}

void Maker::seal() {
  const Subject& of = state_->subject;
  flush();
  for (const auto& name : state_->all_names()) {
    const fs::path final_name = of.directory / backup_name(name, of.id);
    if (std::rename(state_->partial(name).c_str(), final_name.c_str()) != 0) {
      throw system_error(fmt::format("cannot rename to {}", final_name.string()));
    }
  }
  // Flushes the directory too, and with it the renames before.
  write_manifest(of.directory, state_->manifest, of.owner);
  state_->sealed = true;
  os::remove_durably(marker_path(of.directory, of.id));
}

}  // namespace nutricount::backup
