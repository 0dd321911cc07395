// From what is asked for and what is there to what will be done. Reads and decides; changes nothing
// but fetched objects.
#pragma once

#include <optional>
#include <string>

#include "deploy/plan.hpp"
#include "deploy/site.hpp"
#include "deploy/update.hpp"

namespace nutricount::deploy {

/// Why nothing is to be done.
struct Nothing {
  Result result = Result::kUnchanged;
  Failure reason;
};

struct Decision {
  Plan plan;  ///< from and to are filled in also where nothing is to be done
  std::optional<Nothing> nothing;
};

/// What the fetch shall bring for this request.
[[nodiscard]] git::Wanted wanted(const UpdateRequest& request, const config::Settings& settings);

/// Throws Error where the plan cannot be carried out: not enough space, live data that would be
/// overwritten.
[[nodiscard]] Decision decide(const Site& site, const UpdateRequest& request,
                              const git::Comparison& comparison);

/// The route of a blue-green deployment, where that is the strategy. Throws where it does not fit:
/// the database command would change data under a version that serves and does not know how.
void plan_route(const Site& site, Plan& plan);

/// What planning a rollback has in common: from and to with their commits and files,
void fill_in_changes(Plan& plan, const git::Comparison& comparison);
/// what a commit is asked for to decide about the environment, and whether it can be written,
[[nodiscard]] git::Wanted wanted_files(const config::Settings& settings);
/// the backup that is made, over which one, and which ones go,
void plan_backup(const Site& site, const model::Deployments& deployments, Plan& plan);
/// whether the application runs and is healthy,
void look_at_application(const Site& site, Plan& plan);
/// and a new environment, where the commit asks for another one than the one in use.
[[nodiscard]] std::optional<EnvironmentChange> new_environment(const Site& site, const Plan& plan,
                                                               const git::Comparison& comparison);
/// The one in use makes room for another.
void leave_environment(const Site& site, const Plan& plan, EnvironmentChange& change);

}  // namespace nutricount::deploy
