// STATE/alerts: what was told, and what is still owed to whom. Never an address: those are secret.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "notify/alert.hpp"
#include "notify/run.hpp"

namespace nutricount::notify {

/// How often a channel did not take an alert.
struct Tries {
  int all = 0;
  int refused = 0;  ///< of these: it answered, and will answer the same next time
};

/// An alert that some channels have not taken yet.
struct Owed {
  Alert alert;
  Timestamp since;                  ///< when it was queued
  std::map<std::string, Tries> to;  ///< by the channel's name
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

/// A fresh one where there is none. Throws for one that is damaged.
[[nodiscard]] Ledger read_ledger(const std::filesystem::path& path);
void write_ledger(const std::filesystem::path& path, const Ledger& ledger);

/// Adds what the channels are owed. Returns the oldest where it had to go: no more than 50 are
/// kept.
[[nodiscard]] std::optional<Owed> owe(Ledger& ledger, Alert alert,
                                      const std::set<std::string>& channels, Timestamp now);

/// Whether to give up: refused 20 times, or not taken for a week and 20 tries. A machine without a
/// clock of its own takes a minute for a week when it learns the time; an outage takes many tries.
[[nodiscard]] bool is_hopeless(const Owed& owed, const Tries& tries, Timestamp now);

}  // namespace nutricount::notify
