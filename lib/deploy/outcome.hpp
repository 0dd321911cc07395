// How a deployment ended: what reports print and the history keeps.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "model/data_rule.hpp"

namespace nutricount::deploy {

enum class Result {
  kUpdated,
  kUnchanged,
  kBlocked,
  kStale,
  kRolledBack,
  kFailed,
  kPlanned,
  kBackedUp
};

enum class StepStatus { kDone, kFailed, kUndone, kSkipped };

struct StepResult {
  std::string name;
  StepStatus status = StepStatus::kDone;
  double seconds = 0;
  std::string detail;    ///< one short line: "1.2 MiB, 48 objects"
  bool undoing = false;  ///< it was a step back
};

struct CommitRef {
  std::string id;  ///< empty: none
  std::string subject;
  std::string author;
};

struct HealthSeen {
  bool healthy = false;
  int status = 0;
  int attempts = 0;
  double seconds = 0;
  std::string reason;  ///< why not healthy
  bool ended = false;  ///< it ran no more, and nothing would have started it again
};

struct Failure {
  std::string message;
  std::string hint;
};

/// What began a deployment.
enum class Kind { kUpdate, kRollback };

struct Outcome {
  Kind kind = Kind::kUpdate;
  Result result = Result::kFailed;
  ExitStatus exit_status = ExitStatus::kNo;
  std::string deployment;  ///< to_id() of its start; empty where nothing was begun
  std::string trigger;
  std::string delivery;
  std::string reason;  ///< of a rollback, in the operator's words
  Timestamp started;
  CommitRef from;
  CommitRef to;
  std::string backup;                ///< id of the backup that was made; empty: none
  std::string environment;           ///< directory of the live Python environment; empty: none
  std::string previous_environment;  ///< of the one before
  std::optional<double> downtime_seconds;  ///< nothing where the application was not stopped
  double seconds = 0;
  std::vector<StepResult> steps;
  std::optional<HealthSeen> health;
  std::optional<Failure> error;
  std::vector<std::string> last_lines;       ///< of the application that did not become healthy
  std::string bad_reason;                    ///< the commit is marked bad: why
  std::vector<std::string> set_aside;        ///< paths of data that putting back replaced
  std::vector<model::TableRows> rows_aside;  ///< what only these have
  std::vector<std::string> hands;            ///< commands to run, where hands are needed
};

}  // namespace nutricount::deploy
