#include <sys/wait.h>

#include <csignal>

#include "playground.hpp"

namespace nutricount::service {
namespace {
// Every living process that runs in this directory.
std::vector<os::ProcessId> processes_in(const fs::path& directory) {
  std::vector<os::ProcessId> found;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::error_code error;
    if (fs::read_symlink(entry.path() / "cwd", error) != directory) continue;
    if (const auto process = os::identify(std::stoi(name))) found.push_back(*process);
  }
  return found;
}

// Starts in another process, which is killed after so many tenths of a millisecond: somewhere
// between its first and its last system call.
void start_and_kill(const Playground& place, int instant) {
  const pid_t deployer = fork();
  REQUIRE(deployer >= 0);
  if (deployer == 0) {
    place.manager()->start(soon());
    pause();
  }
  std::this_thread::sleep_for(std::chrono::microseconds(100 * instant));
  REQUIRE(kill(deployer, SIGKILL) == 0);
  REQUIRE(waitpid(deployer, nullptr, 0) == deployer);
}
}  // namespace

TEST_CASE("an application outlives its deployer") {
  const Playground place("/bin/sh", "exec sleep 1000\n");
  const pid_t deployer = fork();
  REQUIRE(deployer >= 0);
  if (deployer == 0) {
    place.manager()->start(soon());
    kill(getpid(), SIGKILL);
  }
  REQUIRE(waitpid(deployer, nullptr, 0) == deployer);
  const auto manager = place.manager();
  const UnitState state = manager->states().at(0);
  CHECK(state.active == "active");
  const auto process = os::identify(state.main_pid).value();
  manager->stop(soon());
  CHECK_FALSE(os::is_alive(process));
}

TEST_CASE("kill -9 at any instant of a start: a stop finds all that it left") {
  int left_running = 0;
  for (int instant = 0; instant < 60; ++instant) {
    CAPTURE(instant);
    const Playground place("/bin/sh", "exec sleep 1000\n");
    start_and_kill(place, instant);
    const auto manager = place.manager();
    manager->stop(soon());
    CHECK(processes_in(place.settings.directory).empty());
    CHECK_FALSE(os::look_at(place.pidfile()));
    left_running += fs::exists(place.root / "state" / "app.log") ? 1 : 0;
  }
  CHECK_MESSAGE(left_running > 0, "no instant was late enough to mean anything");
}

TEST_CASE("kill -9 at any instant of a start: another start ends with one application") {
  for (int instant = 0; instant < 60; ++instant) {
    CAPTURE(instant);
    const Playground place("/bin/sh", "exec sleep 1000\n");
    start_and_kill(place, instant);
    const auto manager = place.manager();
    manager->start(soon());
    REQUIRE(comes_true([&] { return !processes_in(place.settings.directory).empty(); }));
    const auto running = processes_in(place.settings.directory);
    REQUIRE(running.size() == 1);
    CHECK(running.front().pid == manager->states().at(0).main_pid);
  }
}

}  // namespace nutricount::service
