#include "deploy/lock.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include "catching.hpp"
#include "holding.hpp"
#include "os/child.hpp"
#include "os/interruption.hpp"
#include "scratch.hpp"
#include "waiting.hpp"

namespace nutricount::deploy {
namespace {
struct State : Scratch {
  config::Settings settings;
  State() { settings.state.directory = root / "var" / "state"; }
  [[nodiscard]] Error refusal(Milliseconds wait) const {
    return error_of([&] { static_cast<void>(Lock::take(settings, "update", wait)); });
  }
};
}  // namespace

TEST_CASE("whoever finds the lock held is told who holds it and what is being done") {
  const State state;
  while_held(
      [&](const os::Report& report) {
        const auto lock = Lock::take(state.settings, "update", Milliseconds(0));
        lock.at("back up");
        report("held");
        hold_on();
      },
      [&](const os::ProcessId& holder) {
        const Error error = state.refusal(Milliseconds(0));
        CHECK(error.status() == ExitStatus::kLocked);
        CHECK(tells(error, "another deployment is running: update by " + os::current_user().name +
                               " (pid " + std::to_string(holder.pid) + ") since "));
        CHECK(tells(error, "now at \"back up\""));
        CHECK(tells(error, "--wait 5m"));
        const Error waited = state.refusal(Milliseconds(60));
        CHECK(waited.status() == ExitStatus::kLocked);
        CHECK(tells(waited, "it did not end within 60ms"));
      });
  static_cast<void>(Lock::take(state.settings, "update", Milliseconds(0)));  // free at once
}

TEST_CASE("whoever only tries is told nothing, and waits for nothing") {
  const State state;
  {
    const auto held = Lock::try_take(state.settings, "resume");
    REQUIRE(held);
    CHECK_FALSE(Lock::try_take(state.settings, "resume"));
    const Error error = state.refusal(Milliseconds(0));
    CHECK(error.status() == ExitStatus::kLocked);
    CHECK(tells(error, "another deployment is running: resume by "));
    CHECK(tells(error, "now at \"begin\""));
  }
  CHECK(Lock::try_take(state.settings, "resume"));
}

TEST_CASE("one whose holder was killed while it started a process is free a moment later") {
  const State state;
  const pid_t holder = fork();
  if (holder == 0) {
    const auto lock = Lock::take(state.settings, "update", Milliseconds(0));
    if (fork() == 0) os::pause_for(Milliseconds(200));
    _exit(0);  // as one that is killed: its text stays
  }
  REQUIRE(waitpid(holder, nullptr, 0) == holder);
  CHECK_FALSE(
      os::FileLock::take(state.settings.state.directory / "lock", Deadline(Milliseconds(0))));
  SUBCASE("for whoever deploys") {
    static_cast<void>(Lock::take(state.settings, "update", Milliseconds(0)));
  }
  SUBCASE("for whoever only tries") { CHECK(Lock::try_take(state.settings, "resume")); }
}

TEST_CASE("every command that holds the lock is named") {
  const State state;
  for (const char* command : {"update", "rollback", "backup", "resume"}) {
    const auto lock = Lock::take(state.settings, command, Milliseconds(0));
    CHECK(tells(state.refusal(Milliseconds(0)), std::string(": ") + command + " by "));
    lock.at("stop");
    CHECK(tells(state.refusal(Milliseconds(0)), std::string(": ") + command + " by "));
  }
}

TEST_CASE("text of someone else in the lock does not hide that it is held") {
  const State state;
  const auto lock = Lock::take(state.settings, "update", Milliseconds(0));
  for (const char* text : {"", "1234", "[1]", R"({"pid":"x","user":7,"step":null})", "\xff{"}) {
    CAPTURE(text);
    state.write("var/state/lock", text);
    const Error error = state.refusal(Milliseconds(0));
    CHECK(error.status() == ExitStatus::kLocked);
    CHECK(tells(error, "another deployment is running"));
  }
}

TEST_CASE("a state directory that cannot be made is a wrong setting") {
  State state;
  state.write("file", "x");
  state.settings.state.directory = state.root / "file" / "state";
  const Error error = state.refusal(Milliseconds(0));
  CHECK(error.status() == ExitStatus::kUsage);
  CHECK(tells(error, state.settings.state.directory.string()));
  CHECK(tells(error, "chown"));
}

}  // namespace nutricount::deploy
