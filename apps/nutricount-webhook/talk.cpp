#include "talk.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "base/clock.hpp"
#include "base/printable.hpp"

namespace nutricount::receiver {
namespace {
constexpr int kPerSecond = 10;

struct Names {
  const char* text;
  int priority;  ///< of sd-daemon(3)
};

Names names_of(LogLevel level) {
  switch (level) {
    case LogLevel::kError:
      return {"ERROR", 3};
    case LogLevel::kWarning:
      return {"WARNING", 4};
    case LogLevel::kInfo:
      break;
  }
  return {"INFO", 6};
}
}  // namespace

Talk::Talk(LogFile file)
    : file_(std::move(file)), to_journal_(std::getenv("JOURNAL_STREAM") != nullptr) {}

void Talk::write(LogLevel level, const std::string& message) {
  const auto [name, priority] = names_of(level);
  const std::string line = printable(message);
  const std::string shown = to_journal_
                                ? fmt::format("<{}>{}\n", priority, line)
                                : fmt::format("{} - {} - {}\n", to_log_time(now()), name, line);
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
