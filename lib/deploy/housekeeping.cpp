#include "deploy/housekeeping.hpp"

#include <fmt/format.h>

#include "deploy/clone.hpp"
#include "deploy/environment.hpp"
#include "model/restore_points.hpp"

namespace nutricount::deploy {

void sweep(Site& site, const model::Deployments& deployments) {
  const os::Bounds bounds{.owner = site.owner};
  remove_tree(clone_path(site.directory()), bounds);
  if (!site.installed) return;
  site.store.sweep();
  const auto& settings = site.settings;
  const auto kept =
      model::protected_environments(deployments, static_cast<std::size_t>(settings.backup.keep));
  for (const auto& name :
       unused_environments(site.directory(), settings.python.environment, kept)) {
    remove_tree(site.directory() / name, bounds);
  }
  for (const auto& entry : std::filesystem::directory_iterator(site.directory())) {
    const std::string name = entry.path().filename();
    if (name.starts_with(".staging.") && is_id(name.substr(9))) remove_tree(entry.path(), bounds);
  }
}

void prune(Site& site, Observer& observer) {
  try {
    const auto deployments = site.history.recent();
    const auto keep = static_cast<std::size_t>(site.settings.backup.keep);
    for (const auto& id : site.store.expiring(keep, model::protected_backups(deployments))) {
      site.store.remove(id);
    }
    sweep(site, deployments);
  } catch (const std::exception& error) {
    observer.note(fmt::format("old backups could not be removed: {}", error.what()));
  }
}

void protect_commits(const Site& site, const Plan& plan, const Deadline& deadline) {
  std::set<std::string> commits{plan.from.id, plan.to.id};
  auto points = model::restore_points(site.history.recent(), {});
  const auto keep = static_cast<std::size_t>(site.settings.backup.keep) + 1;  // and the live one
  if (points.size() > keep) points.erase(points.begin(), points.end() - static_cast<long>(keep));
  for (const auto& point : points) commits.insert(point.commit);
  for (const auto& backup : site.store.list()) commits.insert(backup.commit);
  commits.erase("");
  site.repository.protect(commits, deadline);
}

}  // namespace nutricount::deploy
