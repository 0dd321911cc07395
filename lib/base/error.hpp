// What a failure is: what went wrong (with the value that caused it), what to do next, and the exit
// status that tells a script how the system was left.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace nutricount {

/// The exit statuses of every command; see "EXIT STATUS" in nutricount-deploy(1).
enum class ExitStatus : int {
  kDone = 0,         ///< done, or nothing to do
  kNo = 1,           ///< the answer is no, or it failed and everything is as it was before
  kUsage = 2,        ///< command line, configuration or environment are wrong; nothing was touched
  kHandsNeeded = 3,  ///< it failed and could not be put back
  kLocked = 4,       ///< another deployment holds the lock
  kInterrupted = 130,  ///< SIGINT, after putting things back
  kTerminated = 143,   ///< SIGTERM, after putting things back
};

/// The one exception type of the project. `what()` says what went wrong, with the value; `hint()`
/// says what to do next and is empty only where nothing can be done.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message, std::string hint = {},
                 ExitStatus status = ExitStatus::kNo)
      : std::runtime_error(message), hint_(std::move(hint)), status_(status) {}

  [[nodiscard]] const std::string& hint() const noexcept { return hint_; }
  [[nodiscard]] ExitStatus status() const noexcept { return status_; }

 private:
  std::string hint_;
  ExitStatus status_;
};

/// It was ended by a signal, and nothing else is wrong.
[[nodiscard]] constexpr bool is_interruption(ExitStatus status) {
  return status == ExitStatus::kInterrupted || status == ExitStatus::kTerminated;
}

/// A wrong command line, configuration value or environment: nothing was touched (exit status 2).
inline Error usage_error(const std::string& message, std::string hint) {
  return Error(message, std::move(hint), ExitStatus::kUsage);
}

/// A failed system call: "ACTION: strerror", with a hint where one fits the error. Reads `errno`
/// when called without one.
[[nodiscard]] Error system_error(const std::string& action, std::string hint = {});
[[nodiscard]] Error system_error(int error_number, const std::string& action,
                                 std::string hint = {});

}  // namespace nutricount
