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

/// What databases differ in, as it travels from the child. The child is their owner, whom root does
/// not trust: reading back throws Error for anything that `to_text` does not write.
[[nodiscard]] std::string to_text(const model::DataDifference& difference);
[[nodiscard]] model::DataDifference difference_from_text(const std::string& text);

}  // namespace nutricount::deploy
