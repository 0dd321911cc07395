// A plan and an outcome in words.
#pragma once

#include <string>
#include <vector>

#include "deploy/outcome.hpp"
#include "deploy/plan.hpp"
#include "report/observers.hpp"

namespace nutricount::report {

/// "nutricount  main 3f9c2e1 → 8ab41d0   2 commits, 5 files   by Anton", and the commits.
[[nodiscard]] std::vector<std::string> heading(const deploy::Plan& plan, const Options& options);
/// What --dry-run says would happen.
[[nodiscard]] std::vector<std::string> effects(const deploy::Plan& plan, const Options& options);
/// " Down for 1.30 s."; empty where the application was not stopped.
[[nodiscard]] std::string down_for(const deploy::Outcome& outcome);
/// The verdict: "Updated to 8ab41d0 in 25.0 s. Down for 1.30 s.", and what to do next.
[[nodiscard]] std::vector<std::string> verdict(const deploy::Outcome& outcome);

}  // namespace nutricount::report
