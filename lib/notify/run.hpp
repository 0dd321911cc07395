// A run of the same failure: told once, then at growing intervals, and when it is over.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "base/clock.hpp"

namespace nutricount::notify {

struct Run {
  /// What failed in this run, each told once: two that take turns are no news every time.
  std::set<std::string> failures;
  Timestamp since;  ///< of the first that failed, of whatever kind
  Timestamp told;   ///< when it was told last
  int times = 0;    ///< that it was told, since the last new failure
};

/// What follows from one more result.
struct Verdict {
  std::optional<Run> run;  ///< from now on; nothing where all is well
  bool tell = false;       ///< of the failure
  bool over = false;       ///< tell that a run is over: it lasted from `began` to now
  Timestamp began;
};

/// `failure` is empty where all is well. Reminds after 1 hour, 4, 12, and then every 24.
[[nodiscard]] Verdict judge(const std::optional<Run>& run, const std::string& failure,
                            Timestamp now);

}  // namespace nutricount::notify
