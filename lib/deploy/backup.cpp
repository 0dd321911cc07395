#include "deploy/backup.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/quantity.hpp"
#include "deploy/preflight.hpp"
#include "deploy/recovery.hpp"
#include "deploy/verification.hpp"
#include "os/child.hpp"
#include "os/file.hpp"

namespace nutricount::deploy {
namespace fs = std::filesystem;
namespace {
backup::Store& store_of(Site& site, bool full) { return full ? site.full_store : site.store; }

std::set<std::string> kept(const Site& site, const backup::Store& store) {
  if (store.layout().kind == backup::Kind::kFull) return {};
  return model::protected_backups(site.history.recent());
}

std::string newest(const backup::Store& store) {
  std::string id;
  for (const auto& one : store.list()) {
    if (one.verified) id = one.id;
  }
  return id;
}

/// Not every repository can be read, and its data is worth a backup all the same.
std::string commit_of(const Site& site, const Deadline& deadline) {
  try {
    return site.repository.head(deadline).id;
  } catch (const Error&) {
    return {};
  }
}

backup::Subject subject_of(Site& site, bool full, const Deadline& deadline) {
  const backup::Store& store = store_of(site, full);
  const Timestamp time = now();
  return {.layout = store.layout(),
          .id = new_id(site, time),
          .time = time,
          .commit = commit_of(site, deadline),
          .owner = site.owner,
          .over = store.due(static_cast<std::size_t>(site.settings.backup.keep), kept(site, store)),
          .beside = full ? newest(store) : ""};
}

void make_directory(const Site& site, const fs::path& directory) {
  if (os::look_at(directory)) return;
  os::do_in_child({.owner = os::owner_below(directory)},
                  [&] { fs::create_directories(directory); });
  if (site.owner.uid != os::owner_of(directory).uid) {
    const os::Fd fd = os::open_file(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    os::give_to(fd.get(), site.owner, directory);
  }
}

std::vector<std::string> prune(const Site& site, const backup::Store& store, std::size_t keep) {
  auto ids = store.expiring(keep, kept(site, store));
  for (const auto& id : ids) store.remove(id);
  return ids;
}

/// For whoever changes something: the lock, and nothing in flight.
Lock take_over(Site& site, Milliseconds wait, Observer& observer) {
  Lock lock = Lock::take(site.settings, "backup", wait);
  if (const auto settled = settle(site, observer, lock)) {
    if (settled->exit_status == ExitStatus::kHandsNeeded) {
      throw Error(
          settled->error ? settled->error->message : "an interrupted deployment is in the way",
          "see nutricount-deploy update", ExitStatus::kHandsNeeded);
    }
  }
  return lock;
}

/// Throws where it will not fit.
backup::Totals expect(const backup::Subject& subject, const Observer& observer) {
  constexpr std::uint64_t kReserve = 4U << 20U;  // directories and the manifest
  if (!observer.shows_progress() && backup::Maker::surely_fits(subject)) return {};
  auto expected = backup::Maker::measure(subject);
  check_free(subject.layout.directory, expected.needed_bytes + kReserve, "this backup");
  return expected;
}

/// For `metrics`. What was found counts, and is told, even where it cannot be recorded.
void record(Site& site, const std::vector<backup::Listed>& listed,
            const std::vector<Verified>& verified, Observer& observer) {
  const fs::path& state = site.settings.state.directory;
  Verifications made;
  for (const auto& one : verified) {
    const auto& layout = store_of(site, one.backup.kind == backup::Kind::kFull).layout();
    if (!os::look_at(layout.manifest(one.backup.id))) continue;  // nothing to compare it to
    made[one.backup.id] = {.time = now(), .good = one.faults.empty() && one.problem.empty()};
  }
  if (made.empty() || !fs::is_directory(state)) return;
  std::vector<std::string> ids;
  ids.reserve(listed.size());
  for (const auto& one : listed) ids.push_back(one.id);
  try {
    record_verifications(state, made, ids);
  } catch (const Error& error) {
    observer.note(fmt::format("this verification is not recorded: {}", error.what()));
  }
}

void finish(Observer& observer, const BackupMade& made) {
  observer.step_finished(
      {.name = "back up",
       .seconds = made.seconds,
       .detail =
           fmt::format("{}, {} of {} written", count_of(made.totals.files, "file"),
                       format_bytes(made.totals.written_bytes), format_bytes(made.totals.bytes))});
}
}  // namespace

BackupMade make_backup(Site& site, const BackupRequest& request, const Deadline& deadline,
                       Observer& observer) {
  const backup::Store& store = store_of(site, request.full);
  make_directory(site, store.layout().directory);
  store.sweep();
  const Stopwatch watch;
  observer.step_started("back up");
  const backup::Subject subject = subject_of(site, request.full, deadline);
  const auto expected = expect(subject, observer);
  BackupMade made{.id = subject.id,
                  .kind = store.layout().kind,
                  .paths = {},
                  .totals = {},
                  .pruned = {},
                  .faults = {}};
  backup::Maker maker(subject);
  made.totals = maker.copy(deadline, progress_to(observer), expected);
  maker.seal();
  made.seconds = watch.seconds();
  for (const auto& one : store.list()) {
    if (one.id == made.id) made.paths = one.paths;
  }
  finish(observer, made);
  if (request.check) made.faults = store.verify(made.id, progress_to(observer));
  made.pruned = prune(site, store, static_cast<std::size_t>(site.settings.backup.keep));
  if (!subject.over.empty()) made.pruned.push_back(subject.over);
  return made;
}

BackupMade make_backup(const BackupRequest& request, const config::Settings& settings,
                       Observer& observer) {
  Site site = site_of(settings);
  if (!site.installed) {
    throw usage_error(
        fmt::format("{} does not exist: there is nothing to back up", site.directory().string()),
        "set app.directory");
  }
  const Lock lock = take_over(site, request.wait, observer);
  return make_backup(site, request, Deadline(), observer);
}

std::vector<backup::Listed> list_backups(const config::Settings& settings) {
  const Site site = site_of(settings);
  auto listed = site.store.list();
  for (auto& one : site.full_store.list()) listed.push_back(std::move(one));
  std::stable_sort(listed.begin(), listed.end(),
                   [](const auto& a, const auto& b) { return a.time < b.time; });
  return listed;
}

std::vector<SetAside> list_set_aside(const config::Settings& settings) {
  const Site site = site_of(settings);
  std::vector<SetAside> trees;
  if (!site.installed) return trees;
  for (auto& path : site.store.all_aside()) {
    const auto bytes = size_of_tree(path);
    trees.push_back({std::move(path), bytes});
  }
  return trees;
}

std::vector<Verified> verify_backups(const config::Settings& settings, const std::string& id,
                                     Observer& observer) {
  Site site = site_of(settings);
  std::vector<Verified> verified;
  const auto listed = list_backups(settings);
  for (const auto& one : listed) {
    const backup::Store& store = store_of(site, one.kind == backup::Kind::kFull);
    const bool asked =
        id.empty() ? os::look_at(store.layout().manifest(one.id)).has_value() : one.id == id;
    if (!asked) continue;
    Verified result{.backup = one, .faults = {}, .problem = {}};
    observer.step_started("verify " + one.id);
    try {
      result.faults = store.verify(one.id, progress_to(observer));
    } catch (const Error& error) {
      if (error.status() != ExitStatus::kNo) throw;
      result.problem = error.what();
    }
    const auto now_listed = store.list();
    const bool gone = std::none_of(now_listed.begin(), now_listed.end(),
                                   [&](const auto& other) { return other.id == one.id; });
    if (!gone) verified.push_back(std::move(result));
  }
  if (verified.empty() && !id.empty()) {
    throw usage_error(fmt::format("there is no backup {}", id),
                      "see nutricount-deploy backup --list");
  }
  record(site, listed, verified, observer);
  return verified;
}

std::vector<std::string> prune_backups(const config::Settings& settings, std::size_t keep,
                                       Milliseconds wait, Observer& observer) {
  Site site = site_of(settings);
  const Lock lock = take_over(site, wait, observer);
  std::vector<std::string> ids;
  for (const auto* store : {&site.store, &site.full_store}) {
    store->sweep();
    for (auto& id : prune(site, *store, keep)) ids.push_back(std::move(id));
  }
  return ids;
}

}  // namespace nutricount::deploy
