// From a restore point and what is there to what going back means. Reads and decides; changes
// nothing.
#pragma once

#include <optional>

#include "deploy/plan.hpp"
#include "deploy/rollback.hpp"
#include "deploy/site.hpp"

namespace nutricount::deploy {

/// Backups of data that can be put back.
[[nodiscard]] std::vector<model::DataBackup> data_backups(const Site& site);

/// The point that is asked for. Throws, with exit status 2, where there is none.
[[nodiscard]] model::RestorePoint choose_point(const Site& site, const RollbackRequest& request);

/// Nothing where the point is what runs and no data goes back. Asks where the rule for data needs a
/// choice. Throws Error where the plan cannot be carried out.
[[nodiscard]] std::optional<Plan> plan_rollback(const Site& site, const RollbackRequest& request,
                                                const model::RestorePoint& point,
                                                const Deadline& deadline);

/// Reads the whole backup that a plan needs. Throws where its data is damaged: names the file, and
/// the newest backup that is well.
void refuse_damaged(const Site& site, Plan& plan, Observer& observer);

}  // namespace nutricount::deploy
