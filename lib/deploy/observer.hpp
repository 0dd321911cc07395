// Who watches a deployment: the terminal, a log, both. What happens never depends on it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "backup/progress.hpp"

namespace nutricount::deploy {

struct Plan;
struct StepResult;
struct Outcome;

/// How far a running step is; a total of 0 is not known.
struct StepProgress {
  std::uint64_t done = 0;
  std::uint64_t total = 0;
  std::string_view unit;  ///< "objects", "files"
  std::uint64_t bytes = 0;
  std::uint64_t total_bytes = 0;
};

/// Its functions do not throw: an output that nobody reads any more must not stop a deployment.
class Observer {
 public:
  virtual ~Observer() = default;
  /// What is going to happen (for --dry-run: what would).
  virtual void planned(const Plan& plan) = 0;
  virtual void step_started(std::string_view name) = 0;
  /// Whether totals are worth finding out before a step begins.
  [[nodiscard]] virtual bool shows_progress() const = 0;
  virtual void step_progress(const StepProgress& progress) = 0;
  virtual void step_finished(const StepResult& result) = 0;
  /// A thing worth knowing that is not a step: a lock file removed, a deployment settled.
  virtual void note(std::string_view text) = 0;
  virtual void ended(const Outcome& outcome) = 0;
};

/// Hands the progress of a copy on to an observer.
[[nodiscard]] inline backup::OnProgress progress_to(Observer& observer) {
  return [&observer](const backup::Progress& at) {
    observer.step_progress({at.files, at.total_files, "files", at.bytes, at.total_bytes});
  };
}

}  // namespace nutricount::deploy
