#include "os/lock.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "catching.hpp"
#include "os/child.hpp"
#include "os/interruption.hpp"
#include "scratch.hpp"
#include "waiting.hpp"

namespace nutricount::os {
namespace {
Deadline at_once() { return Deadline(Milliseconds(0)); }

/// Holds the lock in another process while `meanwhile` happens here; then that process goes on to
/// `end`. Returns the status with which it ended.
std::string hold_elsewhere(const std::filesystem::path& path,
                           const std::function<void(pid_t holder)>& meanwhile,
                           const std::function<void()>& end) {
  std::optional<ProcessId> holder;
  Bounds bounds{.deadline = soon()};
  bounds.on_start = [&](const ProcessId& process) { holder = process; };
  try {
    return run_in_child(
        bounds,
        [&](const Report& report) {
          const auto lock = FileLock::take(path, at_once());
          lock.value().describe("update by unit");
          report("held");
          end();
          return std::string("released");
        },
        [&](std::string_view) { meanwhile(holder.value().pid); });
  } catch (const Error& error) {
    return error.what();
  }
}
}  // namespace

TEST_CASE("a lock is held once, and free again after") {
  const Scratch place;
  const auto path = place.root / "lock";
  {
    const auto first = FileLock::take(path, at_once());
    REQUIRE(first);
    CHECK_FALSE(FileLock::take(path, at_once()));
    CHECK_FALSE(FileLock::take(path, Deadline(Milliseconds(120))));
  }
  CHECK(FileLock::take(path, at_once()));
}

TEST_CASE("its file says who holds it, is empty after, and stays") {
  const Scratch place;
  const auto path = place.root / "lock";
  CHECK(FileLock::text(path).empty());
  CHECK_FALSE(std::filesystem::exists(path));  // asking makes nothing
  const mode_t umask_before = umask(022);
  {
    const auto lock = FileLock::take(path, at_once());
    REQUIRE(lock);
    lock->describe("a long text about who holds it");
    CHECK(FileLock::text(path) == "a long text about who holds it");
    lock->describe("short");
    CHECK(FileLock::text(path) == "short");
  }
  umask(umask_before);
  CHECK(FileLock::text(path).empty());
  struct stat st {};
  REQUIRE(stat(path.c_str(), &st) == 0);
  CHECK((st.st_mode & 07777U) == 0644);
}

TEST_CASE("another process's lock is seen, with its text") {
  const Scratch place;
  const auto path = place.root / "lock";
  const auto said = hold_elsewhere(
      path,
      [&](pid_t) {
        CHECK_FALSE(FileLock::take(path, at_once()));
        CHECK(FileLock::text(path) == "update by unit");
        place.write("go", "");
      },
      [&] {
        static_cast<void>(comes_true([&] { return std::filesystem::exists(place.root / "go"); }));
      });
  CHECK(said == "released");
  CHECK(FileLock::take(path, at_once()));
}

TEST_CASE("the lock of a process that was killed is free, whatever its text says") {
  const Scratch place;
  const auto path = place.root / "lock";
  const auto said = hold_elsewhere(
      path, [](pid_t holder) { kill(holder, SIGKILL); },
      [] {
        while (true) pause();
      });
  CHECK(said.find("137") != std::string::npos);
  CHECK(FileLock::text(path) == "update by unit");
  const auto lock = FileLock::take(path, at_once());
  REQUIRE(lock);
  lock->describe("me");
  CHECK(FileLock::text(path) == "me");
}

TEST_CASE("whoever waits gets it once the holder lets go") {
  const Scratch place;
  const auto path = place.root / "lock";
  std::optional<FileLock> waited;
  static_cast<void>(hold_elsewhere(
      path,
      [&](pid_t holder) {
        const pid_t killer = fork();  // while this process waits
        if (killer == 0) {
          usleep(200'000);
          kill(holder, SIGKILL);
          _exit(0);
        }
        CHECK_FALSE(FileLock::take(path, at_once()));
        waited = FileLock::take(path, soon());
        waitpid(killer, nullptr, 0);
      },
      [] {
        while (true) pause();
      }));
  CHECK(waited);
}

TEST_CASE("a signal ends the waiting") {
  const Scratch place;
  const auto path = place.root / "lock";
  const auto lock = FileLock::take(path, at_once());
  REQUIRE(lock);
  const Error error = error_of([&] {
    do_in_child({.deadline = soon()}, [&] {
      catch_signals();
      const pid_t waiting = getpid();
      if (fork() == 0) {
        usleep(100'000);
        kill(waiting, SIGTERM);
        _exit(0);
      }
      static_cast<void>(FileLock::take(path, Deadline()));
    });
  });
  CHECK(error.status() == ExitStatus::kTerminated);
}

TEST_CASE("what cannot be a lock is refused by name") {
  const Scratch place;
  place.write("victim", "precious");
  std::filesystem::create_symlink("victim", place.root / "link");
  const auto refusal = [&](const char* name) {
    return error_of([&] { static_cast<void>(FileLock::take(place.root / name, at_once())); });
  };
  CHECK(tells(refusal("link"), (place.root / "link").string()));
  CHECK(tells(refusal("no/such/lock"), "no/such/lock: No such file or directory"));
  CHECK(place.read("victim") == "precious");
}

}  // namespace nutricount::os
