// A rollback in words: what can be gone back to, what going back means, how it ended.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "deploy/outcome.hpp"
#include "deploy/plan.hpp"
#include "deploy/rollback.hpp"
#include "report/observers.hpp"

namespace nutricount::report {

/// A table, newest first; a document {"points": […]}.
void tell_points(const std::vector<deploy::ListedPoint>& points, const Options& options);

/// What `rollback --resume` found and did; nothing where nothing was in flight. Says how it ends:
/// well unless hands are needed.
ExitStatus tell_resumed(const std::optional<deploy::Outcome>& outcome, const Options& options);

/// `Back to 3f9c2e1 "Shopping list"`, and what happens to code, environment and data.
[[nodiscard]] std::vector<std::string> rollback_heading(const deploy::Plan& plan);
/// The verdict of one that went well, or was put back.
[[nodiscard]] std::vector<std::string> rollback_verdict(const deploy::Outcome& outcome);

}  // namespace nutricount::report
