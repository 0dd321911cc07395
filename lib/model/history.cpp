#include "model/history.hpp"

#include <algorithm>

namespace nutricount::model {
namespace {
/// The newest good deployments, newest first.
std::vector<const Deployment*> newest_good(const Deployments& deployments, std::size_t count) {
  std::vector<const Deployment*> good;
  for (auto it = deployments.rbegin(); it != deployments.rend() && good.size() < count; ++it) {
    if (went_live(*it)) good.push_back(&*it);
  }
  return good;
}

/// An update that was put back, or a rollback that nobody asked for.
bool is_automatic(const Deployment& deployment) {
  return deployment.command == "update" || deployment.trigger == kProbation;
}
}  // namespace

bool went_live(const Deployment& deployment) {
  const bool rollback = deployment.command == "rollback";
  return deployment.result == (rollback ? "rolled-back" : "updated");
}

const Deployment* live(const Deployments& deployments) {
  const auto found = std::find_if(deployments.rbegin(), deployments.rend(), went_live);
  return found == deployments.rend() ? nullptr : &*found;
}

std::optional<std::string> why_bad(const Deployments& deployments, const std::string& commit) {
  for (auto it = deployments.rbegin(); it != deployments.rend(); ++it) {
    const bool live = went_live(*it);
    if (live && it->to == commit) return std::nullopt;
    const bool left = live && it->command == "rollback";
    if (!it->bad_reason.empty() && (left ? it->from : it->to) == commit) return it->bad_reason;
  }
  return std::nullopt;
}

std::optional<Deployment> on_probation(const Deployments& deployments, Milliseconds probation,
                                       Timestamp now) {
  const auto* last = live(deployments);
  if (last == nullptr || last->command != "update" || last->from.empty()) {
    return std::nullopt;
  }
  const auto took = std::chrono::duration<double>(last->seconds);
  const auto ended = last->started + std::chrono::duration_cast<Milliseconds>(took);
  if (now - ended > probation) return std::nullopt;
  return *last;
}

std::size_t rollbacks_since(const Deployments& deployments, Timestamp moment) {
  return static_cast<std::size_t>(
      std::count_if(deployments.begin(), deployments.end(), [&](const Deployment& deployment) {
        return is_automatic(deployment) && deployment.result == "rolled-back" &&
               !deployment.bad_reason.empty() && deployment.started >= moment;
      }));
}

std::set<std::string> protected_backups(const Deployments& deployments) {
  std::set<std::string> ids;
  for (const Deployment* deployment : newest_good(deployments, 2)) {
    if (!deployment->backup.empty()) ids.insert(deployment->backup);
  }
  return ids;
}

std::set<std::string> protected_environments(const Deployments& deployments, std::size_t count) {
  std::set<std::string> names;
  for (const Deployment* deployment : newest_good(deployments, count)) {
    names.insert({deployment->environment, deployment->previous_environment});
  }
  names.erase("");
  return names;
}

std::optional<double> usual_downtime(const Deployments& deployments, std::size_t count) {
  std::vector<double> seconds;
  for (const Deployment* deployment : newest_good(deployments, count)) {
    if (deployment->downtime_seconds) seconds.push_back(*deployment->downtime_seconds);
  }
  if (seconds.empty()) return std::nullopt;
  std::sort(seconds.begin(), seconds.end());
  return seconds[seconds.size() / 2];
}

}  // namespace nutricount::model
