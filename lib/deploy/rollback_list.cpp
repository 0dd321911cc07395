// What can be gone back to.
#include <algorithm>

#include "deploy/environment.hpp"
#include "deploy/rollback.hpp"
#include "deploy/rollback_planner.hpp"
#include "os/file.hpp"

namespace nutricount::deploy {
namespace fs = std::filesystem;
using model::RestorePoint;
namespace {
bool has_environment(const Site& site, const std::string& environment) {
  if (site.settings.python.environment.empty()) return true;
  return !environment.empty() && fs::is_directory(site.directory() / environment);
}

ListedPoint from_point(const Site& site, const RestorePoint& point,
                       const std::vector<backup::Listed>& backups) {
  ListedPoint listed{.id = point.deployment,
                     .time = point.since,
                     .commit = point.commit,
                     .subject = point.subject,
                     .code = true,
                     .environment = has_environment(site, point.environment),
                     .data = point.live || !point.backup.empty(),
                     .backup = point.backup};
  for (const auto& one : backups) {
    if (one.id == point.backup) listed.bytes = one.bytes;
  }
  return listed;
}

void add_deployments(const Site& site, const std::vector<backup::Listed>& backups,
                     std::vector<ListedPoint>& list) {
  const auto deployments = site.history.recent();
  const auto points = model::restore_points(deployments, data_backups(site));
  for (const auto& point : points) {
    if (!point.deployment.empty() || point.live) continue;
    auto before = from_point(site, point, backups);
    before.outcome = "before";
    for (const auto& one : backups) {
      if (one.id == point.backup) before.time = one.time;
    }
    list.push_back(std::move(before));
  }
  for (const auto& one : deployments) {
    const auto point = std::find_if(points.begin(), points.end(),
                                    [&](const auto& at) { return at.deployment == one.id; });
    ListedPoint listed{.id = one.id, .time = one.started, .commit = one.to, .subject = one.subject};
    if (point != points.end()) listed = from_point(site, *point, backups);
    const bool live = point != points.end() && point->live;
    listed.outcome = live ? "live" : one.result;
    if (const auto bad = model::why_bad(deployments, one.to)) listed.bad_reason = *bad;
    list.push_back(std::move(listed));
  }
}

/// Backups that no deployment made, and so stand for themselves.
void add_backups(const std::vector<backup::Listed>& backups, std::vector<ListedPoint>& list) {
  const auto has = [&](const std::string& id) {
    return std::any_of(list.begin(), list.end(),
                       [&](const auto& one) { return one.id == id || one.backup == id; });
  };
  for (const auto& one : backups) {
    if (has(one.id)) continue;
    ListedPoint listed{.id = one.id,
                       .time = one.time,
                       .commit = one.commit,
                       .outcome = "backup",
                       .data = true,
                       .backup = one.id,
                       .bytes = one.bytes};
    if (!one.verified) listed.unverified = one.paths;
    list.push_back(std::move(listed));
  }
}
}  // namespace

std::vector<ListedPoint> list_points(const config::Settings& settings) {
  const Site site = site_of(settings);
  std::vector<ListedPoint> list;
  const auto backups = site.installed ? site.store.list() : std::vector<backup::Listed>();
  add_deployments(site, backups, list);
  add_backups(backups, list);
  std::stable_sort(list.begin(), list.end(),
                   [](const auto& a, const auto& b) { return a.time > b.time; });
  return list;
}

}  // namespace nutricount::deploy
