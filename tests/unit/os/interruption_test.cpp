// Handlers stay for the life of a process: every case has one of its own.
#include "os/interruption.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "catching.hpp"
#include "os/child.hpp"
#include "os/command.hpp"
#include "os/fd.hpp"
#include "waiting.hpp"

namespace nutricount::os {
namespace {
/// What `work` says in a process that catches signals.
std::string catching(const std::function<std::string()>& work) {
  return run_in_child({.deadline = soon()}, [&](const Report&) {
    catch_signals();
    return work();
  });
}

std::string thrown(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return std::to_string(static_cast<int>(error.status())) + " " + error.what();
  }
  return "nothing";
}

bool readable(int fd) {
  pollfd one{fd, POLLIN, 0};
  return poll(&one, 1, 0) == 1;
}

/// Sends a signal to this process from another one, a little later.
void send_later(int number) {
  const pid_t target = getpid();
  if (fork() != 0) return;
  usleep(50'000);
  kill(target, number);
  _exit(0);
}
}  // namespace

TEST_CASE("before signals are caught there is nothing to look at") {
  const std::string said = run_in_child({}, [](const Report&) {
    return std::to_string(caught_signal()) + " " + std::to_string(signal_fd()) + " " +
           thrown(throw_if_interrupted);
  });
  CHECK(said == "0 -1 nothing");
}

TEST_CASE("a caught signal is an error with the exit status of its kind") {
  const auto caught = [](int number) {
    return catching([number] {
      raise(number);
      return std::to_string(caught_signal()) + " " + thrown(throw_if_interrupted);
    });
  };
  CHECK(caught(SIGINT) == "2 130 interrupted by SIGINT");
  CHECK(caught(SIGTERM) == "15 143 interrupted by SIGTERM");
  CHECK(caught(SIGHUP) == "1 143 interrupted by SIGHUP");
}

TEST_CASE("the first signal counts, and its descriptor stays readable") {
  CHECK(catching([] {
          if (readable(signal_fd())) return "readable before";
          raise(SIGTERM);
          raise(SIGINT);
          for (int i = 0; i < 3; ++i) {
            if (!readable(signal_fd())) return "not readable";
          }
          catch_signals();  // again: changes nothing
          return caught_signal() == SIGTERM ? "the first" : "another";
        }) == "the first");
}

TEST_CASE("while putting back, a signal is remembered and interrupts nothing") {
  CHECK(catching([] {
          std::string said;
          {
            const Hold outer;
            {
              const Hold inner;
              raise(SIGINT);
            }
            said = thrown(throw_if_interrupted) + " " + std::to_string(signal_fd()) + " ";
            const Stopwatch watch;
            pause_for(Milliseconds(80));
            said += watch.seconds() >= 0.08 ? "whole " : "cut short ";
            said += run({.argv = {"echo", "ran"}}, {}).output;
          }
          return said + thrown(throw_if_interrupted);
        }) == "nothing -1 whole ran\n130 interrupted by SIGINT");
}

TEST_CASE("a pause lasts as long as it shall, and ends with a signal") {
  CHECK(catching([] {
          const Stopwatch watch;
          pause_for(Milliseconds(60));
          return watch.seconds() >= 0.06 ? "whole" : "cut short";
        }) == "whole");
  CHECK(catching([] {
          send_later(SIGTERM);
          return thrown([] { pause_for(std::chrono::hours(1)); });
        }) == "143 interrupted by SIGTERM");
}

TEST_CASE("a signal ends a command that runs, with its whole group") {
  const std::string said = catching([] {
    std::string pid;
    Command command{.argv = {"sh", "-c", "sleep 1000 & echo $!; sleep 1001"}};
    command.on_line = [&](std::string_view line) {
      pid = line;
      raise(SIGINT);
    };
    const auto error = thrown([&] { static_cast<void>(run(command, {})); });
    return pid + " " + error;
  });
  CHECK(said.find(" 130 interrupted by SIGINT") != std::string::npos);
  const auto left = identify(std::stoi(said));
  CHECK((!left || wait_for_end(*left, soon())));
}

TEST_CASE("a signal ends work in a child, and none is begun after one") {
  CHECK(catching([] {
          const auto begin = [](bool asks_for_end) {
            return thrown([&] {
              static_cast<void>(run_in_child(
                  {},
                  [&](const Report& report) -> std::string {
                    if (asks_for_end) report("now");
                    while (true) pause();
                  },
                  [](std::string_view) { raise(SIGTERM); }));
            });
          };
          std::string said = begin(true);
          said += ", " + begin(false);
          return said + ", " + thrown([] { static_cast<void>(run({.argv = {"true"}}, {})); });
        }) == "143 interrupted by SIGTERM, 143 interrupted by SIGTERM, 143 interrupted by SIGTERM");
}

TEST_CASE("a pipe that nobody reads is an error, not the end") {
  CHECK(catching([] {
          Pipe broken = make_pipe();
          broken.read.reset();
          const bool refused = write(broken.write.get(), "!", 1) < 0 && errno == EPIPE;
          return refused ? "EPIPE" : "written";
        }) == "EPIPE");
}

}  // namespace nutricount::os
