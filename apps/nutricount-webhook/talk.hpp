// What the process says: on stderr, in the seed's format or the journal's, and in the log file.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "base/log.hpp"

namespace nutricount::receiver {

/// From any thread. Callers pass nothing secret, and of a delivery only what is made printable.
class Talk {
 public:
  explicit Talk(LogFile file);
  void say(LogLevel level, const std::string& message);
  /// The same for what strangers can cause at will: ten a second are said, of the rest how many.
  void say_of_stranger(const std::string& message);

 private:
  void write(LogLevel level, const std::string& message);
  std::mutex mutex_;
  LogFile file_;
  bool to_journal_;
  std::int64_t second_ = 0;
  int in_second_ = 0;
};

}  // namespace nutricount::receiver
