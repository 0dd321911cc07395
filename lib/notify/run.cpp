#include "notify/run.hpp"

#include <algorithm>
#include <array>

namespace nutricount::notify {
namespace {
using std::chrono::hours;
constexpr std::size_t kMostFailures = 20;
constexpr std::array<hours, 4> kReminders{hours(1), hours(4), hours(12), hours(24)};

bool is_due(const Run& run, Timestamp now) {
  const auto told = static_cast<std::size_t>(std::max(run.times, 1));
  const auto pause = kReminders.at(std::min(told, kReminders.size()) - 1);
  // A clock that went back, as one without a battery does at boot, must not silence it.
  return now < run.told || now - run.told >= pause;
}
}  // namespace

Verdict judge(const std::optional<Run>& run, const std::string& failure, Timestamp now) {
  Verdict verdict;
  if (run) verdict.began = run->since;
  if (failure.empty()) {
    verdict.over = run.has_value();
    return verdict;
  }
  const bool same = run && run->failures.contains(failure);
  verdict.tell = !same || is_due(*run, now);
  verdict.run = run.value_or(Run{{}, now, now, 0});
  if (!verdict.tell) return verdict;
  if (!same) {
    if (verdict.run->failures.size() >= kMostFailures) verdict.run->failures.clear();
    verdict.run->failures.insert(failure);
    verdict.run->times = 0;
  }
  verdict.run->told = now;
  ++verdict.run->times;
  return verdict;
}

}  // namespace nutricount::notify
