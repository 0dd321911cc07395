// STATE/history.jsonl: one line per deployment, never rewritten.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>

#include "deploy/outcome.hpp"
#include "model/history.hpp"

namespace nutricount::deploy {

/// The document of `update --json`, which is also a line of the history. Text that is not UTF-8 is
/// replaced by U+FFFD.
[[nodiscard]] nlohmann::json to_json(const Outcome& outcome);
/// The deployment that recent() would make of it; nothing where it would leave it out.
[[nodiscard]] std::optional<model::Deployment> recorded(const Outcome& outcome);
/// "updated", "rolled-back", … as the contract has them.
[[nodiscard]] std::string_view name_of(Kind kind);
[[nodiscard]] std::string_view name_of(Result result);
[[nodiscard]] std::string_view name_of(StepStatus status);

class History {
 public:
  explicit History(std::filesystem::path path) : path_(std::move(path)) {}

  /// The deployments in the last MiB of the file, oldest first. Lines that are not understood (torn
  /// by a power cut, written by a newer version) are left out.
  [[nodiscard]] model::Deployments recent() const;
  /// The newest of these, oldest first: `count`, and further back until one that went live is among
  /// them.
  [[nodiscard]] model::Deployments newest(std::size_t count) const;
  /// How many there were in the whole file, by command and outcome. Reads the lines as text:
  /// parsing them all takes longer than everything else that `metrics` does.
  using Outcomes = std::map<std::pair<std::string, std::string>, std::uint64_t>;
  [[nodiscard]] Outcomes outcomes() const;
  /// Appends one line and flushes it; ends a torn last line first.
  void append(const nlohmann::json& entry) const;

 private:
  std::filesystem::path path_;
};

}  // namespace nutricount::deploy
