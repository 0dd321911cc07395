#include "deploy/planner.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/quantity.hpp"
#include "deploy/bytecode.hpp"
#include "deploy/colour.hpp"
#include "deploy/environment.hpp"
#include "deploy/health.hpp"
#include "deploy/preflight.hpp"

namespace nutricount::deploy {
namespace {
constexpr Milliseconds kProxyLimit{60'000};

CommitRef ref_of(const git::Commit& commit) { return {commit.id, commit.subject, commit.author}; }

Nothing blocked(std::string message, std::string hint) {
  return {Result::kBlocked, {std::move(message), std::move(hint)}};
}

std::optional<Nothing> nothing_to_do(const UpdateRequest& request,
                                     const git::Comparison& comparison,
                                     const model::Deployments& deployments,
                                     const std::string& branch) {
  if (request.force) return std::nullopt;
  const std::string& to = comparison.to.id;
  if (to == comparison.from.id) {
    return Nothing{Result::kUnchanged,
                   {fmt::format("Nothing new on {}: {} is deployed.", branch, brief(to)), ""}};
  }
  if (!request.expect.empty() && comparison.to_is_ancestor) {
    return Nothing{Result::kStale,
                   {fmt::format("{} is older than {}, which is deployed: nothing was changed.",
                                brief(to), brief(comparison.from.id)),
                    ""}};
  }
  if (const auto bad = model::why_bad(deployments, to)) {
    return blocked(
        fmt::format("{} \"{}\" is marked bad ({})", brief(to), comparison.to.subject, *bad),
        "a newer commit deploys as usual; try it again anyway with --force");
  }
  constexpr std::size_t kRollbacksAllowed = 2;
  const bool unattended = request.trigger != "cli";
  if (unattended &&
      model::rollbacks_since(deployments, now() - std::chrono::hours(1)) >= kRollbacksAllowed) {
    return blocked("two deployments were rolled back within the last hour: unattended updates stop",
                   "look at what failed, then: nutricount-deploy update --force");
  }
  return std::nullopt;
}

std::string delivery_for(const std::string& commit, const UpdateRequest& request) {
  auto found = request.deliveries.find(commit);
  if (found == request.deliveries.end()) found = request.deliveries.find("");
  return found == request.deliveries.end() ? "" : found->second;
}

std::string changed_requirement(const git::Comparison& comparison,
                                const std::optional<Requirements>& built) {
  for (const auto& file : comparison.files) {
    if (!built) {
      if (file.from != file.to) return file.path;
      continue;
    }
    const auto known = built->find(file.path);
    const auto had = known == built->end() ? std::nullopt : std::optional(known->second);
    if (had != file.to) return file.path;
  }
  return {};
}

}  // namespace

std::optional<EnvironmentChange> new_environment(const Site& site, const Plan& plan,
                                                 const git::Comparison& comparison) {
  const std::string& name = site.settings.python.environment;
  if (name.empty()) return std::nullopt;
  EnvironmentChange change{.live = name, .after = name + "." + plan.deployment};
  const std::string in_use = plan.first ? "" : environment_in_use(site.directory(), name);
  if (in_use.empty()) {
    change.reason = name + " is missing";
    return change;
  }
  const auto changed = changed_requirement(comparison, built_from(site.directory() / name));
  if (changed.empty()) return std::nullopt;
  change.reason = changed + " changed";
  leave_environment(site, plan, change);
  change.bytes = size_of_tree(site.directory() / in_use);
  return change;
}

void leave_environment(const Site& site, const Plan& plan, EnvironmentChange& change) {
  const std::string in_use = environment_in_use(site.directory(), change.live);
  change.adopts = in_use == change.live;
  change.before = change.adopts ? change.live + ".before-" + plan.deployment : in_use;
}

void plan_route(const Site& site, Plan& plan) {
  const auto& settings = site.settings;
  refuse_changed_upstream(settings);
  if (!is_blue_green(settings) || plan.data_only) return;
  if (!plan.first && !plan.database_command.empty() && !settings.database.backward_compatible) {
    throw usage_error(
        fmt::format("strategy \"blue-green\" would run {} under the version that serves",
                    fmt::join(plan.database_command, " ")),
        "where that version runs on what the command makes of the database, say so: "
        "database.backward_compatible = true; where it does not: update.strategy = \"restart\"");
  }
  test_proxy(settings, Deadline(kProxyLimit));  // what it does not take now, it would not take then
  plan.route = next_route(settings);
}

void fill_in_changes(Plan& plan, const git::Comparison& comparison) {
  plan.branch = comparison.branch;
  plan.from = ref_of(comparison.from);
  plan.to = ref_of(comparison.to);
  for (const auto& commit : comparison.commits) plan.commits.push_back(ref_of(commit));
  plan.commit_count = comparison.commit_count;
  plan.changed_files = comparison.changed_files;
  plan.changed_file_count = comparison.changed_file_count;
  plan.overwritten = comparison.overwritten;
}

void plan_backup(const Site& site, const model::Deployments& deployments, Plan& plan) {
  // One more will be there: it is made over the first of those that go.
  const auto keep = static_cast<std::size_t>(site.settings.backup.keep);
  auto kept = model::protected_backups(deployments);
  kept.insert(plan.changes);
  if (plan.data) kept.insert(plan.data->backup);
  plan.prunes = site.store.expiring(keep - 1, kept);
  plan.over = site.store.due(keep, kept);
}

void look_at_application(const Site& site, Plan& plan) {
  for (const auto& state : site.manager->states()) {
    if (state.active == "active" || state.active == "activating" || state.active == "reloading") {
      plan.was_active = true;
    }
  }
  if (!plan.was_active) return;
  const auto health = live_health(site.settings);
  plan.was_healthy = ask_application(health, health.timeout).healthy;
}

git::Wanted wanted(const UpdateRequest& request, const config::Settings& settings) {
  git::Wanted wanted = wanted_files(settings);
  wanted.revision = request.to;
  wanted.expected = request.expect;
  wanted.any_commit = request.force;
  return wanted;
}

git::Wanted wanted_files(const config::Settings& settings) {
  git::Wanted wanted;
  if (!settings.python.environment.empty()) wanted.files = settings.python.requirements;
  wanted.also_denied = [&directory = settings.app.directory](const auto& paths) {
    return irremovable_bytecode(directory, paths);
  };
  return wanted;
}

Decision decide(const Site& site, const UpdateRequest& request, const git::Comparison& comparison) {
  Decision decision;
  Plan& plan = decision.plan;
  plan.started = now();
  plan.first = !site.installed;
  plan.directory = site.directory();
  plan.trigger = request.trigger;
  plan.delivery = delivery_for(comparison.to.id, request);
  fill_in_changes(plan, comparison);
  if (plan.first) plan.from = {};
  const auto deployments = site.history.recent();
  if (!plan.first) {
    decision.nothing = nothing_to_do(request, comparison, deployments, site.settings.source.branch);
    if (decision.nothing) return decision;
  }
  refuse_unsupported(comparison);
  refuse_denied(site, comparison);
  plan.deployment = new_id(site, plan.started);
  plan.environment = new_environment(site, plan, comparison);
  plan.database_command = site.settings.database.command;
  plan_route(site, plan);
  plan.usual_downtime = model::usual_downtime(deployments, 5);
  check_programs(site, plan);
  if (!plan.first) {
    refuse_live_data(site, plan);
    plan_backup(site, deployments, plan);
    look_at_application(site, plan);
  }
  check_space(site, plan);
  return decision;
}

}  // namespace nutricount::deploy
