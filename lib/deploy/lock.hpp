// One deployment at a time, and no start of the application in the middle of one.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "config/settings.hpp"
#include "os/lock.hpp"

namespace nutricount::deploy {

/// The lock on the state directory, which is made where it is missing. One whose holder has ended
/// is waited for, up to 5 s: a process that the holder was starting has it a moment longer.
class Lock {
 public:
  /// For `command` ("update"). Throws with exit status 4, naming the holder, when it is not free
  /// within `wait`.
  [[nodiscard]] static Lock take(const config::Settings& settings, std::string command,
                                 Milliseconds wait);
  /// Nothing where somebody holds it.
  [[nodiscard]] static std::optional<Lock> try_take(const config::Settings& settings,
                                                    std::string command);
  /// What its holder is doing, for whoever finds it held.
  void at(std::string_view step) const;

 private:
  Lock(os::FileLock file, std::string command);
  os::FileLock file_;
  std::string command_;
  std::string since_;
};

/// Who a lock's text says holds it.
struct Holder {
  pid_t pid = 0;
  std::string user;
  std::string command;
  std::string since;  ///< local time of day
  std::string step;
};
/// Nothing where the text is empty or says something else. The text of one that was killed stays.
[[nodiscard]] std::optional<Holder> holder_of(const std::filesystem::path& lock);

/// Who holds a lock, from the text in it: "another deployment is running: update by pi (pid 7)
/// since 10:15:00, now at "fetch"". Says less where the text says something else; never throws.
[[nodiscard]] std::string holder_in(const std::filesystem::path& lock);

/// Closed from a deployment's stop until the application may start again: what the start of its own
/// unit waits for (rollback --resume). The kernel opens it when its holder ends, however it ends.
class Gate {
 public:
  explicit Gate(std::filesystem::path path) : path_(std::move(path)) {}
  /// For the holder of the lock. Safe to repeat.
  void close();
  void open() { file_.reset(); }
  /// Whether a living process keeps it closed.
  [[nodiscard]] bool is_closed() const;

 private:
  std::filesystem::path path_;
  std::optional<os::FileLock> file_;
};

}  // namespace nutricount::deploy
