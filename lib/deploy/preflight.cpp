#include "deploy/preflight.hpp"

#include <fmt/format.h>

#include "base/quantity.hpp"
#include "deploy/history.hpp"
#include "os/file.hpp"

namespace nutricount::deploy {
namespace fs = std::filesystem;

std::uint64_t size_of_tree(const fs::path& path) {
  std::uint64_t bytes = 0;
  std::error_code error;
  fs::recursive_directory_iterator at(path, fs::directory_options::skip_permission_denied, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    struct stat st {};
    if (lstat(at->path().c_str(), &st) == 0)
      bytes += static_cast<std::uint64_t>(st.st_blocks) * 512;
  }
  return bytes;
}

void check_free(const fs::path& directory, std::uint64_t needed, std::string_view what) {
  const std::uint64_t free = os::free_bytes(directory);
  if (free >= needed) return;
  throw Error(fmt::format("{} has {} free, and {} needs {}: nothing was touched",
                          directory.string(), format_bytes(free), what, format_bytes(needed)),
              "free some space (df -h), or remove old backups, then run it again");
}

void check_space(const Site& site, Plan& plan) {
  constexpr std::uint64_t kReserve = 16U << 20U;  // for the checkout, the journal and the logs
  constexpr std::uint64_t kStateReserve = 1U << 20U;
  if (!plan.first) {
    const auto backup = backup::Maker::measure(backup_subject(site, plan));
    plan.data_bytes = backup.bytes;
    plan.data_files = backup.files;
    plan.backup_needs = backup.needed_bytes;
  }
  plan.free_bytes = os::free_bytes(site.directory());
  check_free(site.directory(),
             plan.backup_needs + (plan.environment ? plan.environment->bytes : 0) +
                 (plan.data ? plan.data->bytes : 0) + kReserve,
             fmt::format("this {}", name_of(plan.kind)));
  check_free(site.settings.state.directory, kStateReserve, "the journal");
}

void refuse_live_data(const Site& site, const Plan& plan) {
  for (const auto& path : plan.overwritten) {
    for (const auto& name : site.settings.backup.restore) {
      if (path != name && !path.starts_with(name + "/")) continue;
      throw Error(
          fmt::format("{} is live data, but commit {} would overwrite it", path, brief(plan.to.id)),
          fmt::format("take it out of the repository: git rm --cached {}, and list it in "
                      ".gitignore",
                      path));
    }
  }
}

void refuse_unsupported(const git::Comparison& comparison) {
  if (!comparison.has_lfs_pointers) return;
  throw Error(fmt::format("commit {} keeps files in Git LFS: only their pointers would be deployed",
                          brief(comparison.to.id)),
              "take them out of LFS: git lfs migrate export --include='*'");
}

void refuse_denied(const Site& site, const git::Comparison& comparison) {
  if (comparison.denied.empty()) return;
  const auto& [path, error] = comparison.denied.front();
  const std::size_t others = comparison.denied.size() - 1;
  const std::string more = others == 0 ? "" : fmt::format(", and {} more", others);
  const auto st = os::look_at(path);
  std::string hint;  // EROFS and the like have their own
  if (error == EACCES && st && st->st_uid != site.owner.uid) {
    hint = fmt::format("give it to the application's owner: sudo chown -R {} {}", site.owner.name,
                       others == 0 ? path.string() : site.directory().string());
  } else if (error == EACCES) {
    hint = fmt::format("allow its owner to write: chmod u+rwX {}", path.string());
  } else if (error == EPERM) {
    hint = fmt::format("make it mutable: sudo chattr -i {}", path.string());
  }
  const Error cause = system_error(error,
                                   fmt::format("{} cannot write {}{}, as {} needs", site.owner.name,
                                               path.string(), more, brief(comparison.to.id)),
                                   hint);
  throw Error(fmt::format("{}: nothing was touched", cause.what()), cause.hint());
}

void clear_git_locks(const Site& site, Observer& observer) {
  for (const auto& lock : site.repository.locks()) {
    if (!lock.holder) continue;
    throw Error(fmt::format("git is at work in {}: {} is held by pid {}", site.directory().string(),
                            lock.path.string(), *lock.holder),
                "wait until it has ended, then run the update again");
  }
  for (const auto& path : site.repository.sweep()) {
    observer.note(fmt::format("removed {}, which a killed git left behind", path.string()));
  }
}

}  // namespace nutricount::deploy
