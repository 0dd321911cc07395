// STATE/alerts: what was told, and what is still owed to whom. Never an address: those are secret.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "notify/alert.hpp"
#include "notify/run.hpp"

namespace nutricount::notify {

/// An alert that some channels have not taken yet.
struct Owed {
  Alert alert;
  std::set<std::string> to;  ///< names of channels
  int tries = 0;
};

struct Ledger {
  std::string deployment;           ///< id of the last one that was told
  std::map<std::string, Run> runs;  ///< by what fails: "health", "update"
  std::vector<Owed> owed;           ///< oldest first

  /// Nothing was ever told.
  bool fresh = false;
};

/// Of a text; throws for one that text_of() does not write.
[[nodiscard]] Ledger parse_ledger(std::string_view text);
[[nodiscard]] std::string text_of(const Ledger& ledger);

/// A fresh one where there is none, or one that is damaged: told anew is better than not told.
[[nodiscard]] Ledger read_ledger(const std::filesystem::path& path);
void write_ledger(const std::filesystem::path& path, const Ledger& ledger);

/// Adds what the channels are owed; the oldest goes where there are more than 50.
void owe(Ledger& ledger, Alert alert, const std::set<std::string>& channels);

}  // namespace nutricount::notify
