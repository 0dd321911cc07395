#include "talk.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "base/clock.hpp"
#include "base/printable.hpp"

namespace nutricount::receiver {
namespace {
constexpr int kPerSecond = 10;

/// sd-daemon(3)
int priority(LogLevel level) {
  switch (level) {
    case LogLevel::kError:
      return 3;
    case LogLevel::kWarning:
      return 4;
    case LogLevel::kInfo:
      break;
  }
  return 6;
}
}  // namespace

Talk::Talk(LogFile file)
    : file_(std::move(file)), to_journal_(std::getenv("JOURNAL_STREAM") != nullptr) {}

void Talk::write(LogLevel level, const std::string& message) {
  const std::string line = printable(message);  // one, whatever is in it
  const std::string shown =
      to_journal_ ? fmt::format("<{}>{}\n", priority(level), line) : log_lines(level, line);
  std::fputs(shown.c_str(), stderr);
  file_.write(level, line);
}

void Talk::say(LogLevel level, const std::string& message) {
  const std::lock_guard lock(mutex_);
  write(level, message);
}

void Talk::say_of_stranger(const std::string& message) {
  const std::lock_guard lock(mutex_);
  const std::int64_t second = now().time_since_epoch() / std::chrono::seconds(1);
  if (second != second_) {
    if (in_second_ > kPerSecond) {
      write(LogLevel::kWarning, fmt::format("and {} more like these", in_second_ - kPerSecond));
    }
    second_ = second;
    in_second_ = 0;
  }
  if (++in_second_ <= kPerSecond) write(LogLevel::kWarning, message);
}

}  // namespace nutricount::receiver
