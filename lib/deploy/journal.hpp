// The deployment in flight: what it plans, and how far it got. Each record is on disk before the
// effect that it announces, so whoever reads it after a crash knows everything that may have
// happened.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "deploy/plan.hpp"
#include "os/process.hpp"

namespace nutricount::deploy {

/// Why a deployment is being put back.
struct UndoRecord {
  Failure failure;
  std::string step;        ///< that failed
  std::string bad_reason;  ///< empty: the commit is not to blame
  int exit_status = 1;
};

/// What a journal says.
struct JournalState {
  Plan plan;
  std::vector<std::string> begun;        ///< steps with an undo, in order
  std::vector<std::string> undone;       ///< of these, taken back already: never twice
  std::optional<os::ProcessId> command;  ///< the last command that was run
  std::optional<UndoRecord> undo;
  std::optional<nlohmann::json> committed;  ///< the history entry of a deployment that is healthy
};

/// STATE/journal: one JSON object a line, each with its checksum. A last line that a power cut or a
/// full disk tore is as if never written.
class Journal {
 public:
  explicit Journal(std::filesystem::path path) : path_(std::move(path)) {}

  /// Nothing when no deployment is in flight. Throws, with exit status 3, for a journal that cannot
  /// be understood (damaged, or written by a newer version): it never guesses.
  [[nodiscard]] std::optional<JournalState> load() const;

  void begin(const Plan& plan) const;
  void step(std::string_view name) const;
  /// Not flushed: after a power cut no process is left to look for.
  void command(const os::ProcessId& process) const;
  void undo(const UndoRecord& record) const;
  /// A step was taken back. On disk before the next one is: once the old version runs again and
  /// takes data, nothing may put older data in its place.
  void undone(std::string_view step) const;
  void committed(const nlohmann::json& entry) const;
  /// The deployment is over.
  void remove() const;

 private:
  void append(const nlohmann::json& record) const;
  std::filesystem::path path_;
};

}  // namespace nutricount::deploy
