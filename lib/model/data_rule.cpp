#include "model/data_rule.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/quantity.hpp"

namespace nutricount::model {
namespace {
using CountOf = std::uint64_t (*)(const TableRows&);

/// "41 rows (log_entries 38, products 3)"; empty for none.
std::string counted(const std::vector<TableRows>& rows, const char* what, CountOf count) {
  constexpr std::size_t kShown = 5;
  std::vector<std::string> parts;
  std::uint64_t all = 0;
  std::size_t tables = 0;
  for (const auto& one : rows) {
    if (count(one) == 0) continue;
    all += count(one);
    if (++tables <= kShown) parts.push_back(fmt::format("{} {}", one.table, count(one)));
  }
  if (tables == 0) return {};
  if (tables > kShown) parts.push_back(fmt::format("{} more", tables - kShown));
  return fmt::format("{} ({})", count_of(all, what), fmt::join(parts, ", "));
}

std::uint64_t written(const TableRows& rows) { return rows.written; }
// A row that was changed is one of each.
std::uint64_t deleted(const TableRows& rows) {
  return rows.gone > rows.written ? rows.gone - rows.written : 0;
}
}  // namespace

DataDecision decide_data(DataChoice choice, bool has_backup, const DataDifference* difference) {
  if (choice == DataChoice::kKeep) return DataDecision::kStays;
  if (choice == DataChoice::kRestore) {
    return has_backup ? DataDecision::kGoesBack : DataDecision::kNothing;
  }
  if (difference == nullptr) return DataDecision::kUnknown;
  if (difference->reshaped.empty()) return DataDecision::kStays;
  const bool changed = !difference->rows.empty() || difference->files > 0;
  return changed ? DataDecision::kAsk : DataDecision::kGoesBack;
}

std::string in_words(const std::vector<TableRows>& rows, std::uint64_t files) {
  std::vector<std::string> parts{counted(rows, "row", written),
                                 counted(rows, "deleted row", deleted),
                                 files > 0 ? count_of(files, "file") : ""};
  std::erase(parts, "");
  return fmt::format("{}", fmt::join(parts, " and "));
}

}  // namespace nutricount::model
