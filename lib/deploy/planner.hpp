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

/// An id that no deployment and no backup has: of the time, or some seconds later where two meet.
[[nodiscard]] std::string new_id(const Site& site, const model::Deployments& deployments,
                                 Timestamp started);

/// What the fetch shall bring for this request.
[[nodiscard]] git::Wanted wanted(const UpdateRequest& request, const config::Settings& settings);

/// Throws Error where the plan cannot be carried out: not enough space, live data that would be
/// overwritten.
[[nodiscard]] Decision decide(const Site& site, const UpdateRequest& request,
                              const git::Comparison& comparison);

}  // namespace nutricount::deploy
