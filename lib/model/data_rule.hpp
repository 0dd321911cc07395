// Whether a rollback puts data back. Rows are never given up silently.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace nutricount::model {

/// What the operator asked for.
enum class DataChoice { kNone, kKeep, kRestore };

struct TableRows {
  std::string table;
  std::uint64_t written = 0;  ///< new or changed since the restore point
  std::uint64_t gone = 0;     ///< that the restore point has, and live data has not, or changed
};

/// Live data against the restore point's.
struct DataDifference {
  std::vector<std::string> reshaped;  ///< tables whose definition is another one
  std::vector<TableRows> rows;
  std::uint64_t files = 0;  ///< other files that were written or removed
};

enum class DataDecision {
  kStays,
  kGoesBack,
  kAsk,      ///< the shape changed and something was written: not without a choice
  kNothing,  ///< asked to put back, and there is no backup
  kUnknown,  ///< it cannot be compared: not without a choice
};

/// Without a choice data stays where its shape is the restore point's, and goes back where nothing
/// was written since. `difference` is null where it cannot be found out.
[[nodiscard]] DataDecision decide_data(DataChoice choice, bool has_backup,
                                       const DataDifference* difference);

/// What putting the restore point back sets aside and brings back: "41 rows (log_entries 38,
/// products 3)", "2 deleted rows (users 2)", "3 files"; joined by "and". Empty for no difference.
[[nodiscard]] std::string in_words(const std::vector<TableRows>& rows, std::uint64_t files = 0);

}  // namespace nutricount::model
