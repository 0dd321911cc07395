#include "deploy/rollback_planner.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/quantity.hpp"
#include "deploy/data_difference.hpp"
#include "deploy/environment.hpp"
#include "deploy/planner.hpp"
#include "deploy/preflight.hpp"
#include "os/file.hpp"

namespace nutricount::deploy {
namespace fs = std::filesystem;
using model::DataChoice;
using model::DataDecision;
using model::RestorePoint;
namespace {
constexpr const char* kList = "see what there is: nutricount-deploy rollback --list";

/// The newest data that was backed up while this code ran.
RestorePoint newest_data(const Site& site) {
  const auto deployments = site.history.recent();
  const auto backups = data_backups(site);
  if (backups.empty()) {
    throw usage_error("there is no backup of the data", "make one: nutricount-deploy backup");
  }
  return model::point_of_backup(backups.back().id, deployments, backups).value();
}

void refuse_failed(const model::Deployments& deployments, const std::string& id) {
  const auto found = std::find_if(deployments.begin(), deployments.end(),
                                  [&](const auto& one) { return one.id == id; });
  if (found == deployments.end() || model::went_live(*found)) return;
  throw usage_error(fmt::format("deployment {} ended as \"{}\": there is nothing to go back to", id,
                                found->result),
                    found->to.empty() ? kList
                                      : fmt::format("to try that commit again: nutricount-deploy "
                                                    "update --force --to {}",
                                                    found->to));
}

/// A backup that the scripts of before made: data alone, for it knows no commit.
std::optional<RestorePoint> unverified_point(const Site& site, const RollbackRequest& request) {
  const std::string& id = request.to;
  for (const auto& one : site.store.list()) {
    if (one.id != id || one.verified) continue;
    if (os::look_at(site.store.layout().manifest(id))) {
      static_cast<void>(site.store.verify(id));  // throws: says what is wrong with it
      throw Error(fmt::format("the manifest of backup {} is damaged", id), kList);
    }
    if (!request.data_only) {
      throw usage_error(
          fmt::format("backup {} has no manifest: nothing says which commit it belongs to", id),
          fmt::format("put its data back, under today's code: nutricount-deploy rollback "
                      "--data-only --to {}",
                      id));
    }
    const auto& names = site.settings.backup.restore;
    if (site.store.trees_of(id, names).empty()) {
      throw usage_error(fmt::format("backup {} holds nothing of {}", id, fmt::join(names, ", ")),
                        kList);
    }
    return RestorePoint{.backup = id};
  }
  return std::nullopt;
}

std::optional<EnvironmentChange> environment_of(const Site& site, const Plan& plan,
                                                const RestorePoint& point,
                                                const git::Comparison& comparison) {
  const std::string& name = site.settings.python.environment;
  if (name.empty()) return std::nullopt;
  const fs::path& directory = site.directory();
  const std::string& kept = point.environment;
  if (!kept.empty() && kept == environment_in_use(directory, name)) return std::nullopt;
  const bool is_ours = kept.starts_with(name + ".") && kept.find('/') == kept.npos;
  if (!is_ours || !fs::is_directory(fs::symlink_status(directory / kept))) {
    return new_environment(site, plan, comparison);
  }
  EnvironmentChange change{
      .reason = "kept since it was in use", .live = name, .after = kept, .is_there = true};
  leave_environment(site, plan, change);
  return change;
}

/// Without a choice rows would be given up, or old code would meet data of another shape.
DataChoice ask_for_choice(const RollbackRequest& request, const Plan& plan) {
  if (request.automatic) return DataChoice::kKeep;
  const auto& data = *plan.data;
  const std::string what =
      fmt::format("the database changed shape since {} ({}), and {} were written since {}",
                  brief(plan.to.id), count_of(plan.difference->reshaped.size(), "table"),
                  model::in_words(plan.difference->rows, plan.difference->files),
                  to_log_time(data.time).substr(0, 16));
  if (!request.ask) {
    throw usage_error(
        what, fmt::format("--restore-data puts the data of {} back and keeps today's aside in "
                          "data.replaced.{}; --keep-data keeps today's under the old code",
                          data.backup, plan.deployment));
  }
  const std::string answer = request.ask(
      fmt::format("{}.\n  r  put the data of then back; today's is kept aside\n"
                  "  k  keep today's data under the old code\n[r/k, anything else stops] ",
                  what));
  if (answer == "r") return DataChoice::kRestore;
  if (answer == "k") return DataChoice::kKeep;
  throw Error("not rolled back: no choice was made", "nothing was changed", ExitStatus::kNo);
}

DataChange data_change(const Site& site, const std::string& backup) {
  DataChange change{.backup = backup};
  auto names = site.settings.backup.restore;
  for (const auto& one : site.store.list()) {
    if (one.id != backup) continue;
    change.time = one.time;
    change.bytes = one.bytes;
    change.verified = one.verified;
  }
  if (!change.verified) {
    names = site.store.trees_of(backup, names);
    for (const auto& name : names)
      change.bytes += size_of_tree(site.store.layout().tree(name, backup));
  }
  for (const auto& name : names) {
    const auto st = os::look_at(site.directory() / name);
    change.inodes[name] = st ? st->st_ino : 0;
  }
  return change;
}

void decide_data(const Site& site, const RollbackRequest& request, const RestorePoint& point,
                 Plan& plan, const Deadline& deadline) {
  if (point.live && !request.data_only) return;  // its data is the live one
  std::string why_unknown = fmt::format("no backup of the data of {} is left", brief(point.commit));
  const bool has_backup = !point.backup.empty();
  if (has_backup) {
    plan.data = data_change(site, point.backup);
    try {
      if (plan.data->verified) plan.difference = difference_to(site, point.backup, deadline);
    } catch (const Error& error) {
      if (error.status() != ExitStatus::kNo) throw;  // interrupted
      why_unknown = fmt::format("today's data cannot be compared with the backup {}: {}",
                                point.backup, error.what());
    }
  }
  const auto* difference = plan.difference ? &*plan.difference : nullptr;
  const DataChoice choice = request.data_only ? DataChoice::kRestore : request.data;
  auto decision = model::decide_data(choice, has_backup, difference);
  if (decision == DataDecision::kAsk) {
    decision = model::decide_data(ask_for_choice(request, plan), has_backup, difference);
  }
  if (decision == DataDecision::kNothing) {
    throw usage_error(
        why_unknown,
        "see what there is: nutricount-deploy backup --list; --keep-data goes back with today's");
  }
  if (decision == DataDecision::kUnknown && request.automatic) decision = DataDecision::kStays;
  if (decision == DataDecision::kUnknown) {
    throw usage_error(why_unknown,
                      has_backup ? "choose yourself: --keep-data, or --restore-data, which keeps "
                                   "today's data aside"
                                 : "--keep-data goes back to the code and keeps today's data");
  }
  if (decision == DataDecision::kStays) plan.data.reset();
}

void plan_code(const Site& site, const RestorePoint& point, Plan& plan, const Deadline& deadline) {
  git::Wanted wanted = wanted_files(site.settings);
  wanted.commit = point.commit;
  wanted.any_commit = true;
  const auto comparison = site.repository.compare(site.remote, wanted, deadline);
  fill_in_changes(plan, comparison);
  if (plan.data_only) return;
  refuse_denied(site, comparison);
  refuse_live_data(site, plan);
  plan.environment = environment_of(site, plan, point, comparison);
}
}  // namespace

std::vector<model::DataBackup> data_backups(const Site& site) {
  std::vector<model::DataBackup> backups;
  for (const auto& one : site.store.list()) {
    if (one.verified) backups.push_back({one.id, one.time, one.commit});
  }
  return backups;
}

RestorePoint choose_point(const Site& site, const RollbackRequest& request) {
  const auto deployments = site.history.recent();
  const auto backups = data_backups(site);
  if (request.to.empty()) {
    if (request.data_only) return newest_data(site);
    if (const auto point = model::point_before(deployments, backups)) return *point;
    throw usage_error("there is no deployment before the one that runs", kList);
  }
  std::optional<RestorePoint> point;
  if (request.data_only) point = model::point_of_backup(request.to, deployments, backups);
  if (request.data_only && !point) point = unverified_point(site, request);
  if (!point) point = model::point_named(request.to, deployments, backups);
  if (point) return *point;
  refuse_failed(deployments, request.to);
  static_cast<void>(unverified_point(site, request));  // says that its data alone can go back
  throw usage_error(
      fmt::format("there is no deployment, backup or deployed commit \"{}\"", request.to), kList);
}

std::optional<Plan> plan_rollback(const Site& site, const RollbackRequest& request,
                                  const RestorePoint& point, const Deadline& deadline) {
  Plan plan{.kind = Kind::kRollback,
            .reason = request.reason,
            .data_only = request.data_only,
            .trigger = request.trigger,
            .started = now(),
            .directory = site.directory()};
  plan.deployment = new_id(site, plan.started);
  RestorePoint code = point;
  if (plan.data_only || code.commit.empty()) code.commit = site.repository.head(deadline).id;
  plan_code(site, code, plan, deadline);
  decide_data(site, request, point, plan, deadline);
  const bool same_code = plan.from.id == plan.to.id && !plan.environment;
  if (same_code && !plan.data) return std::nullopt;
  if (!plan.data_only) plan.changes = point.backup;
  plan_route(site, plan);
  const auto deployments = site.history.recent();
  plan.usual_downtime = model::usual_downtime(deployments, 5);
  check_programs(site, plan);
  plan_backup(site, deployments, plan);
  look_at_application(site, plan);
  check_space(site, plan);
  return plan;
}

void refuse_damaged(const Site& site, Plan& plan, Observer& observer) {
  const std::string id = plan.data ? plan.data->backup : plan.changes;
  if (id.empty() || (plan.data && !plan.data->verified)) return;
  observer.step_started("verify " + id);
  const auto faults = site.store.verify(id, progress_to(observer));
  if (faults.empty()) return;
  if (!plan.data) {
    observer.note(
        fmt::format("backup {} is damaged ({}): the data stays, and what had been changed "
                    "in the commit's own files is not put back",
                    id, faults.front().path));
    plan.changes.clear();
    return;
  }
  std::string next;
  for (const auto& one : data_backups(site)) {
    if (one.id != id && site.store.verify(one.id).empty()) next = one.id;
  }
  throw Error(
      fmt::format("backup {} is damaged: {}{}: nothing was touched", id, faults.front().path,
                  faults.size() > 1 ? fmt::format(" and {} more", faults.size() - 1) : ""),
      next.empty() ? "no other backup of the data is well; --keep-data goes back without"
                   : fmt::format("the newest one that is well: nutricount-deploy rollback --to {}, "
                                 "or go back without it: --keep-data",
                                 next));
}

}  // namespace nutricount::deploy
