// What was written since a backup.
#pragma once

#include <string>
#include <vector>

#include "deploy/run.hpp"
#include "model/data_rule.hpp"

namespace nutricount::deploy {

/// Live data, which may be in use, against a backup's. Changes nothing. Throws.
[[nodiscard]] model::DataDifference difference_to(const Site& site, const std::string& backup,
                                                  const Deadline& deadline);

/// What only the data has that a rollback put aside. For a report: where it cannot be found out, it
/// is empty and that is noted.
[[nodiscard]] std::vector<model::TableRows> rows_aside(const Run& run);

}  // namespace nutricount::deploy
