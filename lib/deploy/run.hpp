// A deployment under way: what the steps share.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backup/maker.hpp"
#include "backup/store.hpp"
#include "deploy/observer.hpp"
#include "deploy/outcome.hpp"
#include "deploy/plan.hpp"
#include "deploy/site.hpp"
#include "os/child.hpp"
#include "os/command.hpp"

namespace nutricount::deploy {

struct Run {
  Site& site;
  const Plan& plan;
  Observer& observer;
  Deadline deadline;
  bool starts_by_itself = false;    ///< this runs before the start of the application's own unit
  std::vector<std::string> begun;   ///< steps with an undo that may have had an effect
  std::vector<std::string> undone;  ///< of these, taken back before a kill: not again
  std::shared_ptr<service::Manager> beside;  ///< of what a blue-green deployment starts; see starts
  std::optional<backup::Maker> backup;
  std::vector<std::string> overwritten;  ///< files that the reset will overwrite
  std::optional<Stopwatch> down;         ///< since the stop; gone once the application answers
  std::optional<double> downtime;
  Timestamp switched;  ///< what runs must have been started after this
  std::optional<HealthSeen> health;
  bool may_be_routed = true;  ///< nginx may ask the new version; a recovery cannot know
  bool data_put_back = false;
  bool is_ill_again = false;   ///< all is put back, and what ran before is not healthy
  bool is_unfinished = false;  ///< a step could not be taken back: the next command tries again
  std::vector<std::string> set_aside;
  std::vector<StepResult> results;

  /// What runs the version that is started, and how that one is asked.
  [[nodiscard]] service::Manager& starts();
  [[nodiscard]] config::Health asks() const;
  /// Where that version lies.
  [[nodiscard]] std::filesystem::path tree() const;
  [[nodiscard]] bool has_begun(std::string_view step) const;
  /// For a command or a child: the application's owner, the deadline, a note in the journal.
  [[nodiscard]] os::Bounds bounds() const;
};

/// For the stop of what must end, and the start of what must go on, whatever a deployment's
/// deadline.
inline constexpr Milliseconds kStopLimit{120'000};

/// A command of a step that failed; carries what it printed.
class CommandFailed : public Error {
 public:
  CommandFailed(const std::string& message, std::string hint, std::vector<std::string> lines)
      : Error(message, std::move(hint)), lines_(std::move(lines)) {}
  [[nodiscard]] const std::vector<std::string>& lines() const noexcept { return lines_; }

 private:
  std::vector<std::string> lines_;
};

/// Throws CommandFailed, with the command's last lines, when it does not exit with 0.
void require_success(const os::Command& command, const os::Bounds& bounds);

/// Runs argv in `directory` as the owner, the environment `name` in front of PATH. Throws
/// CommandFailed when it does not exit with 0.
void run_command(Run& run, const std::vector<std::string>& argv,
                 const std::filesystem::path& directory, const std::filesystem::path& environment);

/// Stops what the manager runs; what is worth a note goes to the observer.
void stop_application(service::Manager& manager, Observer& observer, const Deadline& deadline);

/// Asks the application that `manager` runs until it is healthy the configured number of times in a
/// row. Returns early, unhealthy, when it ended for good. `run.down` ends with the first healthy
/// answer.
[[nodiscard]] HealthSeen await_health(Run& run, const config::Health& settings,
                                      const service::Manager& manager, const Deadline& deadline);

}  // namespace nutricount::deploy
