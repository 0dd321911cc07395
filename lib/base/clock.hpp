// Points in time and how they are written.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace nutricount {

using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;
using Milliseconds = std::chrono::milliseconds;

/// The wall clock, to the millisecond.
[[nodiscard]] Timestamp now();

/// RFC 3339 in UTC with `Z` and milliseconds: 2025-10-24T20:00:00.123Z.
[[nodiscard]] std::string to_utc(Timestamp time);
/// The reverse of `to_utc` (fraction optional); nothing for any other text.
[[nodiscard]] std::optional<Timestamp> from_utc(std::string_view text);

/// The seed's backup and deployment name, in local time: 20251024_200000.
[[nodiscard]] std::string to_id(Timestamp time);
/// Whether a text has the form of `to_id`.
[[nodiscard]] bool is_id(std::string_view text);

/// The seed's log format, in local time: 2025-10-24 20:00:00,123.
[[nodiscard]] std::string to_log_time(Timestamp time);

/// Seconds since construction, by the monotonic clock.
class Stopwatch {
 public:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// A moment by the monotonic clock until which something may take.
class Deadline {
 public:
  /// No limit.
  Deadline() = default;
  explicit Deadline(Milliseconds from_now)
      : at_(std::chrono::steady_clock::now() + from_now), allowed_(from_now) {}

  [[nodiscard]] bool passed() const { return at_ && std::chrono::steady_clock::now() >= *at_; }
  /// What is left, at least 0; nothing without a limit.
  [[nodiscard]] std::optional<Milliseconds> left() const;
  /// For poll(2): what is left, at most `step`; `step` of -1 is no step.
  [[nodiscard]] int poll_timeout(int step = -1) const;
  /// What was allowed from the start; nothing without a limit.
  [[nodiscard]] std::optional<Milliseconds> allowed() const { return allowed_; }
  /// The earlier of this one and another that starts now.
  [[nodiscard]] Deadline within(Milliseconds from_now) const;

 private:
  std::optional<std::chrono::steady_clock::time_point> at_;
  std::optional<Milliseconds> allowed_;
};

}  // namespace nutricount
