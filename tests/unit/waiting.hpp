// Waiting for what another process does.
#pragma once

#include <functional>
#include <thread>

#include "base/clock.hpp"

namespace nutricount {

/// Asks until it is true, for 20 seconds at most.
inline bool comes_true(const std::function<bool()>& condition) {
  const Deadline deadline(Milliseconds(20'000));
  while (!deadline.passed()) {
    if (condition()) return true;
    std::this_thread::sleep_for(Milliseconds(5));
  }
  return false;
}

inline Deadline soon() { return Deadline(Milliseconds(20'000)); }

}  // namespace nutricount
