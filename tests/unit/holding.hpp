// Another process that holds something, until it is killed.
#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <optional>

#include "catching.hpp"
#include "os/child.hpp"
#include "waiting.hpp"

namespace nutricount {

/// Runs `hold` in a process of its own, which reports once it holds and then goes on for ever.
/// After the report `meanwhile` runs here, then the other is killed.
inline void while_held(const std::function<void(const os::Report&)>& hold,
                       const std::function<void(const os::ProcessId& holder)>& meanwhile) {
  std::optional<os::ProcessId> holder;
  os::Bounds bounds{.deadline = soon()};
  bounds.on_start = [&](const os::ProcessId& process) { holder = process; };
  const Error ended = error_of([&] {
    static_cast<void>(os::run_in_child(
        bounds,
        [&](const os::Report& report) -> std::string {
          hold(report);
          return {};
        },
        [&](std::string_view) {
          meanwhile(holder.value());
          kill(holder.value().pid, SIGKILL);
        }));
  });
  CHECK(tells(ended, "137"));
}

/// What a holder does in the end.
[[noreturn]] inline void hold_on() {
  while (true) pause();
}

}  // namespace nutricount
