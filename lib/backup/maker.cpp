#include "backup/maker.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "backup/changes.hpp"
#include "backup/manifest.hpp"
#include "backup/measure.hpp"
#include "backup/tree.hpp"
#include "backup/workspace.hpp"
#include "base/error.hpp"
#include "os/file.hpp"

namespace nutricount::backup {
namespace fs = std::filesystem;
namespace {
bool lies_in(const std::string& path, const std::string& name) {
  return path == name || path.starts_with(name + "/");
}

// What a full backup leaves out: the backups themselves and what is half-made.
bool left_out(const Layout& layout, const std::string& path) {
  const std::string name = path.substr(2);  // behind "./"
  if (name.find('/') != std::string::npos) return layout.source / name == layout.directory;
  return !Layout::data(layout.source, layout.included).id_of_tree(name).empty() ||
         name.starts_with(".backup.") || name.ends_with(".backup.partial") ||
         name.starts_with(".staging.") || layout.source / name == layout.directory;
}

// A link is never followed: the backup would look whole and hold nothing.
void refuse_links(const Layout& layout) {
  for (const auto& root : layout.roots()) {
    const fs::path live = layout.source / root;
    const auto st = os::look_at(live);
    if (!st || S_ISDIR(st->st_mode)) continue;
    throw usage_error(
        fmt::format("{} is {}, not a directory: a backup would not hold what it leads to",
                    live.string(), S_ISLNK(st->st_mode) ? "a link" : "a file"),
        fmt::format("put the directory there (mount --bind shows one that lies elsewhere), or take "
                    "\"{}\" out of backup.include",
                    root));
  }
}

// Files of an earlier full backup that nothing writes: code, environment, git's objects.
std::optional<Shared> shared_with(const Layout& layout, const std::string& id) {
  if (id.empty()) return std::nullopt;
  const auto allows = [&layout](const std::string& path) {
    return std::none_of(layout.included.begin(), layout.included.end(),
                        [&](const auto& name) { return lies_in(path, "./" + name); });
  };
  try {
    return Shared{layout.tree(".", id), Known(ManifestReader(layout.manifest(id))), allows};
  } catch (const Error&) {  // damaged: all is copied
    return std::nullopt;
  }
}
}  // namespace

struct Maker::State {
  Subject subject;
  Summary summary;
  std::unique_ptr<ManifestWriter> manifest;
  Known known;
  os::Fd disk;  ///< from before the first write: no error of the disk is missed
  bool copied = false;
  bool sealed = false;

  [[nodiscard]] const Layout& layout() const { return subject.layout; }
  void begin_pass();
  void copy_root(const std::string& root, const Deadline& deadline, const OnProgress& on_progress,
                 Totals& totals, Shared* shared);
};

Maker::Maker(Subject subject) : state_(std::make_unique<State>()) {
  state_->subject = std::move(subject);
  const Subject& of = state_->subject;
  refuse_links(of.layout);
  if (os::look_at(of.layout.manifest(of.id))) {
    throw Error(fmt::format("a backup {} is there already", of.id), "run it again in a second");
  }
  state_->disk = os::open_file(of.layout.directory, O_RDONLY | O_DIRECTORY);
  const Workspace workspace(of.layout);
  workspace.settle();
  workspace.begin(of.id, of.over, of.owner);
  if (!os::look_at(of.layout.known_manifest())) return;
  try {
    state_->known = Known(ManifestReader(of.layout.known_manifest()));
  } catch (const Error&) {  // nothing is known then: contents are compared
  }
}

Maker::Maker(Maker&&) noexcept = default;
Maker& Maker::operator=(Maker&&) noexcept = default;

Maker::~Maker() {
  if (!state_ || state_->sealed) return;
  try {
    Workspace(state_->layout()).settle();
  } catch (const std::exception&) {  // the next run settles it
  }
}

Totals Maker::measure(const Subject& subject) {
  const Layout& layout = subject.layout;
  refuse_links(layout);
  const bool stands = Workspace(layout).stands();
  Totals totals;
  for (const auto& root : layout.roots()) {
    const fs::path over = stands                 ? layout.partial(root)
                          : subject.over.empty() ? fs::path()
                                                 : layout.tree(root, subject.over);
    const fs::path beside = subject.beside.empty() ? fs::path() : layout.tree(root, subject.beside);
    Reuse reuse{over, beside, {}};
    if (layout.kind == Kind::kFull) {
      reuse.excluded = [&](const std::string& path) { return left_out(layout, path); };
    }
    measure_tree(layout.source / root, root, reuse, totals);
  }
  return totals;
}

bool Maker::surely_fits(const Subject& subject) {
  return os::free_bytes(subject.layout.directory) > os::used_bytes(subject.layout.source);
}

// What the pass before knows of the trees, this one believes.
void Maker::State::begin_pass() {
  const fs::path before = layout().known_manifest();
  if (copied) {
    manifest->flush();
    os::rename_file(layout().partial_manifest(), before);
    known = Known(ManifestReader(before, ManifestReader::Extent::kBody));
  }
  manifest = std::make_unique<ManifestWriter>(
      layout().partial_manifest(),
      Header{subject.id, subject.time, subject.commit, NUTRICOUNT_DEPLOY_VERSION}, subject.owner);
  summary = {};
}

void Maker::State::copy_root(const std::string& root, const Deadline& deadline,
                             const OnProgress& on_progress, Totals& totals, Shared* shared) {
  const fs::path live = layout().source / root;
  if (!os::look_at(live)) {
    summary.absent.push_back(root);
    os::remove_tree(layout().partial(root));
    return;
  }
  TreeCopy copy{.from = live,
                .to = layout().partial(root),
                .name = root,
                .files = {.databases = true, .check = !copied},
                .known = &known,
                .shared = shared,
                .excluded = {},
                .manifest = manifest.get(),
                .deadline = deadline,
                .on_progress = on_progress};
  if (layout().kind == Kind::kFull) {
    copy.excluded = [this](const std::string& path) { return left_out(layout(), path); };
  }
  copy_tree(copy, totals);
  summary.roots.push_back(root);
}

Totals Maker::copy(const Deadline& deadline, const OnProgress& on_progress,
                   const Totals& expected) {
  State& state = *state_;
  state.begin_pass();
  Totals totals;
  const auto progress = [&](const Progress& at) {
    on_progress({at.files, expected.files, at.bytes, expected.bytes});
  };
  auto shared = shared_with(state.layout(), state.subject.beside);
  for (const auto& root : state.layout().roots()) {
    state.copy_root(root, deadline, on_progress ? OnProgress(progress) : OnProgress(), totals,
                    shared ? &*shared : nullptr);
  }
  state.manifest->flush();
  state.summary.skipped = totals.skipped;
  state.summary.files = totals.files;
  state.summary.bytes = totals.bytes;
  state.copied = true;
  return totals;
}

Totals Maker::copy_in_use(const Deadline& deadline, const OnProgress& on_progress,
                          const Totals& expected) {
  constexpr int kPasses = 3;
  Totals totals = copy(deadline, on_progress, expected);
  bool settled = false;
  for (int pass = 2; pass <= kPasses && !settled; ++pass) {
    const std::uint64_t written = totals.written_bytes;
    totals = copy(deadline, on_progress, expected);
    settled = totals.written_bytes == 0;
    totals.written_bytes += written;
  }
  return totals;
}

void Maker::flush() { os::sync_file_system(state_->disk, state_->layout().directory); }

void Maker::keep_changes(const std::vector<std::string>& paths) {
  const Layout& layout = state_->layout();
  auto changes =
      backup::keep_changes(layout.source, layout.partial("changes"), paths, state_->subject.owner);
  state_->summary.changes = std::move(changes.kept);
  state_->summary.deleted = std::move(changes.deleted);
}

// Every content is on disk before any name changes, and the manifest's name changes last.
void Maker::seal() {
  const Layout& layout = state_->layout();
  const std::string& id = state_->subject.id;
  const Summary& summary = state_->summary;
  state_->manifest->finish(summary);
  flush();
  for (const auto& root : summary.roots)
    os::rename_file(layout.partial(root), layout.tree(root, id));
  if (!summary.changes.empty() || !summary.deleted.empty()) {
    os::rename_file(layout.partial("changes"), layout.tree("changes", id));
  }
  os::rename_file(layout.partial_manifest(), layout.manifest(id));
  os::sync_directory(layout.directory);
  state_->sealed = true;
  Workspace(layout).settle();
}

}  // namespace nutricount::backup
