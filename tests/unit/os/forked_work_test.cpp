// run_in_child(): work of this program in a child.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "catching.hpp"
#include "os/child.hpp"
#include "os/file.hpp"
#include "os/interruption.hpp"
#include "os/lock.hpp"
#include "scratch.hpp"
#include "waiting.hpp"

namespace nutricount::os {
namespace {
using Work = std::function<std::string(const Report&)>;

Error failure_of(const Work& work, const Bounds& bounds = {}) {
  return error_of([&] { static_cast<void>(run_in_child(bounds, work)); });
}
}  // namespace

TEST_CASE("what the work returns arrives whole, whatever it is made of") {
  std::string all;
  for (int i = 0; i < 3'000'000; ++i) all += static_cast<char>(i % 251);
  CHECK(run_in_child({}, [&](const Report&) { return all; }) == all);
  CHECK(run_in_child({}, [](const Report&) { return std::string(); }).empty());
}

TEST_CASE("it happens in another process, with nothing of it seen here") {
  int seen = 1;
  const std::string pid = run_in_child({}, [&](const Report&) {
    seen = 2;
    setenv("UNIT_CHILD", "yes", 1);
    return std::to_string(getpid()) + " " + std::to_string(getpgrp());
  });
  CHECK(seen == 1);
  CHECK(getenv("UNIT_CHILD") == nullptr);
  const pid_t child = std::stoi(pid);
  CHECK(child != getpid());
  CHECK(pid == std::to_string(child) + " " + std::to_string(child));  // a group of its own
}

TEST_CASE("progress arrives whole and in order, long or short") {
  std::vector<std::string> seen;
  const std::string longer(100'000, 'x');
  static_cast<void>(run_in_child(
      {},
      [&](const Report& report) {
        for (int i = 0; i < 1000; ++i) report(std::to_string(i));
        report("");
        report(longer);
        return std::string();
      },
      [&](std::string_view text) { seen.emplace_back(text); }));
  REQUIRE(seen.size() == 1002);
  CHECK(seen[0] == "0");
  CHECK(seen[999] == "999");
  CHECK(seen[1000].empty());
  CHECK(seen[1001] == longer);
}

TEST_CASE("an Error of the child is thrown here again with message, hint and status") {
  const Error error = failure_of([](const Report&) -> std::string {
    throw Error("what \"went\"\nwrong", "do this", ExitStatus::kHandsNeeded);
  });
  CHECK(std::string(error.what()) == "what \"went\"\nwrong");
  CHECK(error.hint() == "do this");
  CHECK(error.status() == ExitStatus::kHandsNeeded);
  CHECK(tells(failure_of([](const Report&) -> std::string { throw Error("\xff not text"); }),
              " not text"));
  const Error other =
      failure_of([](const Report&) -> std::string { throw std::out_of_range("of a library"); });
  CHECK(std::string(other.what()) == "of a library");
  CHECK_THROWS_AS(do_in_child({}, [] { throw Error("no"); }), Error);
}

TEST_CASE("a child that dies without an answer is told from one that failed") {
  const Error killed = failure_of([](const Report&) -> std::string {
    kill(getpid(), SIGKILL);
    return "never";
  });
  CHECK(tells(killed, "ended with status 137 and no answer"));
  CHECK_FALSE(killed.hint().empty());
  const Error half_way = failure_of([](const Report& report) -> std::string {
    report("on the way");
    _exit(9);
  });
  CHECK(tells(half_way, "ended with status 9 and no answer"));
}

TEST_CASE("work that hangs is killed at the deadline, and what it started too") {
  for (Milliseconds allowed{300}; allowed < Milliseconds(60'000); allowed *= 2) {
    std::optional<ProcessId> grandchild;
    const Bounds bounds{.deadline = Deadline(allowed)};
    const Error error = error_of([&] {
      static_cast<void>(run_in_child(
          bounds,
          [](const Report& report) -> std::string {
            const pid_t pid = fork();
            if (pid > 0) report(std::to_string(pid));
            while (true) pause();
          },
          [&](std::string_view text) { grandchild = identify(std::stoi(std::string(text))); }));
    });
    if (!grandchild) continue;
    CHECK(tells(error, "did not finish within "));
    CHECK(wait_for_end(*grandchild, soon()));
    return;
  }
  FAIL("the child never got to its report");
}

TEST_CASE("a child that is stopped, not dead, is killed at the deadline") {
  std::optional<ProcessId> child;
  Bounds bounds{.deadline = Deadline(Milliseconds(200))};
  bounds.on_start = [&](const ProcessId& process) { child = process; };
  const Error error = failure_of(
      [](const Report&) -> std::string {
        kill(getpid(), SIGSTOP);
        return "never";
      },
      bounds);
  CHECK(tells(error, "did not finish within 200ms"));
  REQUIRE(child);
  CHECK_FALSE(is_alive(*child));
}

TEST_CASE("an answer is enough: what the work leaves behind holding the pipe ends with it") {
  const std::string pid = run_in_child({.deadline = soon()}, [](const Report&) {
    const pid_t left = fork();
    if (left == 0) {
      while (true) pause();
    }
    return std::to_string(left);
  });
  const auto process = identify(std::stoi(pid));
  CHECK((!process || wait_for_end(*process, soon())));
}

TEST_CASE("the work begins after its identity is noted, and not at all where that fails") {
  const Scratch place;
  Bounds bounds{.deadline = soon()};
  bounds.on_start = [&](const ProcessId& process) {
    place.write("noted", std::to_string(process.pid));
  };
  const auto found = run_in_child(bounds, [&](const Report&) { return place.read("noted"); });
  CHECK_FALSE(found.empty());
  CHECK(found == place.read("noted"));
  bounds.on_start = [](const ProcessId&) { throw Error("cannot note"); };
  const Error error = failure_of(
      [&](const Report&) {
        place.write("worked", "");
        return std::string();
      },
      bounds);
  CHECK(tells(error, "cannot note"));
  CHECK_FALSE(std::filesystem::exists(place.root / "worked"));
}

TEST_CASE("a child keeps no lock of its parent alive") {
  const Scratch place;
  auto lock = FileLock::take(place.root / "lock", Deadline());
  REQUIRE(lock);
  bool free = false;
  static_cast<void>(run_in_child(
      {.deadline = soon()},
      [](const Report& report) {
        report("running");
        return std::string();
      },
      [&](std::string_view) {
        lock.reset();
        free = FileLock::take(place.root / "lock", Deadline(Milliseconds(0))).has_value();
      }));
  CHECK(free);
}

TEST_CASE("a child dies with its parent, in the middle of its work") {
  const Pipe pipe = make_pipe();
  const pid_t parent = fork();
  REQUIRE(parent >= 0);
  if (parent == 0) {
    static_cast<void>(run_in_child(
        {},
        [](const Report& report) -> std::string {
          report(std::to_string(getpid()));
          while (true) pause();
        },
        [&](std::string_view text) { write_all(pipe.write.get(), text, "a pipe"); }));
    _exit(0);
  }
  char text[16] = {};
  REQUIRE(read(pipe.read.get(), text, sizeof text - 1) > 0);
  const auto child = identify(std::stoi(text));
  REQUIRE(kill(parent, SIGKILL) == 0);
  REQUIRE(waitpid(parent, nullptr, 0) == parent);
  REQUIRE(child);
  CHECK(wait_for_end(*child, soon()));
}

TEST_CASE("in a child, signals do what they do by default, whatever the parent does") {
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) {
    CAPTURE(number);
    const std::string said = run_in_child({.deadline = soon()}, [&](const Report&) {
      catch_signals();
      return std::string(failure_of([&](const Report&) -> std::string {
                           kill(getpid(), number);
                           return "survived";
                         }).what());
    });
    CHECK(said == fmt::format("a child process ended with status {} and no answer", 128 + number));
  }
}

}  // namespace nutricount::os
