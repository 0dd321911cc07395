#include "model/restore_points.hpp"

#include <algorithm>

namespace nutricount::model {
namespace {
using Backups = std::vector<DataBackup>;

Deployments live_ones(const Deployments& deployments) {
  Deployments live;
  std::copy_if(deployments.begin(), deployments.end(), std::back_inserter(live), went_live);
  return live;
}

bool has(const Backups& backups, const std::string& id) {
  return std::any_of(backups.begin(), backups.end(), [&](const auto& one) { return one.id == id; });
}

/// What `next` replaced.
RestorePoint replaced_by(const Deployment& next, const Deployment* brought,
                         const Backups& backups) {
  RestorePoint point{.commit = next.from,
                     .environment = next.previous_environment,
                     .backup = has(backups, next.backup) ? next.backup : ""};
  if (brought != nullptr && brought->to == next.from) {
    point.deployment = brought->id;
    point.since = brought->started;
    point.subject = brought->subject;
  }
  return point;
}
}  // namespace

std::vector<RestorePoint> restore_points(const Deployments& deployments, const Backups& backups) {
  const auto live = live_ones(deployments);
  std::vector<RestorePoint> points;
  for (std::size_t i = 0; i < live.size(); ++i) {
    if (live[i].from.empty()) continue;  // the first deployment replaced nothing
    points.push_back(replaced_by(live[i], i > 0 ? &live[i - 1] : nullptr, backups));
  }
  if (live.empty()) return points;
  const auto& last = live.back();
  points.push_back({.deployment = last.id,
                    .since = last.started,
                    .commit = last.to,
                    .subject = last.subject,
                    .environment = last.environment,
                    .backup = {},
                    .live = true});
  return points;
}

std::optional<RestorePoint> point_before(const Deployments& deployments, const Backups& backups) {
  const auto live = live_ones(deployments);
  if (live.empty()) return std::nullopt;
  const std::string& commit = live.back().to;
  for (std::size_t i = live.size(); i-- > 0;) {
    const auto& one = live[i];
    if (one.command != "update" || one.to != commit || one.from == commit || one.from.empty()) {
      continue;
    }
    return replaced_by(one, i > 0 ? &live[i - 1] : nullptr, backups);
  }
  return std::nullopt;
}

std::optional<RestorePoint> point_of_backup(const std::string& id, const Deployments& deployments,
                                            const Backups& backups) {
  const auto found = std::find_if(backups.begin(), backups.end(),
                                  [&](const auto& backup) { return backup.id == id; });
  if (found == backups.end()) return std::nullopt;
  RestorePoint point{.commit = found->commit};
  for (const auto& one : restore_points(deployments, backups)) {
    // The last one with this commit when the backup was made.
    if (one.commit == found->commit && one.since <= found->time) point = one;
  }
  point.backup = id;
  point.live = false;
  return point;
}

std::optional<RestorePoint> point_named(const std::string& name, const Deployments& deployments,
                                        const Backups& backups) {
  constexpr std::size_t kFewestDigits = 7;
  const auto points = restore_points(deployments, backups);
  const auto named = [&](const RestorePoint& point) {
    return (!name.empty() && point.deployment == name) ||
           (name.size() >= kFewestDigits && !is_id(name) && point.commit.starts_with(name));
  };
  const auto found = std::find_if(points.rbegin(), points.rend(), named);
  if (found != points.rend()) return *found;
  return point_of_backup(name, deployments, backups);
}

}  // namespace nutricount::model
