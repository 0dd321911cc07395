#include <sys/wait.h>

#include <csignal>

#include "base/error.hpp"
#include "os/interruption.hpp"
#include "playground.hpp"

namespace nutricount::service {
namespace {
// Ends only by SIGKILL.
const std::string kStubborn = R"(
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
with open("ready", "w") as file: file.write("%d\n" % os.getpid())
while True: time.sleep(1000)
)";

// A process two forks away, that stays in the session and ignores SIGTERM.
const std::string kWithGrandchild = R"(
import os, signal, time
if os.fork() == 0:
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        with open("grandchild", "w") as file: file.write("%d\n" % os.getpid())
        while True: time.sleep(1000)
    os._exit(0)
os.wait()
with open("ready", "w") as file: file.write("%d\n" % os.getpid())
time.sleep(1000)
)";
}  // namespace

TEST_CASE("a process that ignores SIGTERM is killed after stop_timeout") {
  Playground place(kPython, kStubborn);
  place.settings.stop_timeout = Milliseconds(200);
  const auto manager = place.manager();
  manager->start(soon());
  const auto process = place.process_in("ready");
  const Stopwatch watch;
  manager->stop(soon());
  CHECK(watch.seconds() >= 0.2);
  CHECK_FALSE(os::is_alive(process));
  CHECK_FALSE(os::look_at(place.pidfile()));
}

TEST_CASE("the deadline comes before a longer stop_timeout") {
  Playground place(kPython, kStubborn);
  place.settings.stop_timeout = Milliseconds(3'600'000);
  const auto manager = place.manager();
  manager->start(soon());
  const auto process = place.process_in("ready");
  manager->stop(Deadline(Milliseconds(200)));
  CHECK_FALSE(os::is_alive(process));
}

TEST_CASE("what the main process left in its session ends with it") {
  const Playground place(kPython, kWithGrandchild);
  const auto manager = place.manager();
  manager->start(soon());
  const auto leader = place.process_in("ready");
  const auto grandchild = place.process_in("grandchild");
  SUBCASE("stopped") {
    manager->stop(soon());
    CHECK_FALSE(os::is_alive(grandchild));
  }
  SUBCASE("leader killed, then stopped") {
    REQUIRE(os::signal_process(leader, SIGKILL));
    REQUIRE(comes_true([&] { return manager->states().at(0).gave_up; }));
    CHECK(manager->states().at(0).reason == "killed by SIGKILL");
    CHECK(os::is_alive(grandchild));
    manager->stop(soon());
    CHECK_FALSE(os::is_alive(grandchild));
  }
  SUBCASE("leader killed, then started again") {
    REQUIRE(os::signal_process(leader, SIGKILL));
    REQUIRE(comes_true([&] { return manager->states().at(0).gave_up; }));
    manager->start(soon());
    CHECK_FALSE(os::is_alive(grandchild));
    CHECK(manager->states().at(0).active == "active");
    CHECK(manager->states().at(0).main_pid != leader.pid);
  }
}

TEST_CASE("an interruption ends the wait, and the next start does not trust the draining process") {
  const Playground place(kPython, kStubborn);
  const auto manager = place.manager();
  manager->start(soon());
  const auto process = place.process_in("ready");

  const pid_t deployer = fork();
  REQUIRE(deployer >= 0);
  if (deployer == 0) {
    os::catch_signals();
    try {
      place.manager()->stop(soon());
    } catch (const Error& error) {
      _exit(error.status() == ExitStatus::kTerminated ? 42 : 1);
    }
    _exit(0);
  }
  // "deactivating" is written just before the wait.
  REQUIRE(comes_true([&] { return manager->states().at(0).active == "deactivating"; }));
  SUBCASE("by SIGTERM") {
    REQUIRE(kill(deployer, SIGTERM) == 0);
    int status = 0;
    REQUIRE(waitpid(deployer, &status, 0) == deployer);
    CHECK(WEXITSTATUS(status) == 42);
  }
  SUBCASE("by SIGKILL") {
    REQUIRE(kill(deployer, SIGKILL) == 0);
    REQUIRE(waitpid(deployer, nullptr, 0) == deployer);
  }
  CHECK(os::is_alive(process));
  CHECK_FALSE(manager->states().at(0).gave_up);

  ProcessSettings hasty = place.settings;
  hasty.stop_timeout = Milliseconds(100);
  const auto next = make_process_manager(hasty);
  next->start(soon());
  CHECK_FALSE(os::is_alive(process));
  CHECK(next->states().at(0).active == "active");
}

}  // namespace nutricount::service
