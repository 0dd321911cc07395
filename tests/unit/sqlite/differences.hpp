// Differences between databases in one line of text.
#pragma once

#include <map>

#include "databases.hpp"
#include "sqlite/comparison.hpp"

namespace nutricount::sqlite {

/// "table written/gone" of each, in order.
inline std::string told(const Difference& difference) {
  std::string text;
  for (const TableRows& rows : difference.rows) {
    if (!text.empty()) text += ", ";
    text += rows.table + " " + std::to_string(rows.written) + "/" + std::to_string(rows.gone);
  }
  return text;
}

/// What every file of a directory holds.
inline std::map<std::string, std::string> files_of(const Scratch& place) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(place.root)) {
    files[entry.path().filename().string()] = place.read(entry.path());
  }
  return files;
}

}  // namespace nutricount::sqlite
