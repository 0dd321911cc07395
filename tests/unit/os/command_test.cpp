// run(): a command and what bounds it.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "catching.hpp"
#include "os/command.hpp"
#include "os/file.hpp"
#include "scratch.hpp"
#include "waiting.hpp"

namespace nutricount::os {
namespace {
CommandResult run_sh(const std::string& script) {
  return run({.argv = {"sh", "-c", script}}, {.deadline = soon()});
}

/// Runs a script that prints the pid of a process it leaves in its group; that process.
struct Leaves {
  std::optional<ProcessId> process;
  Command command;
  explicit Leaves(const std::string& script) {
    command.argv = {"sh", "-c", script};
    command.on_line = [this](std::string_view line) {
      if (!process) process = identify(std::stoi(std::string(line)));
    };
  }
};
}  // namespace

TEST_CASE("a command that fails is a result: its status, or 128 and the signal") {
  CHECK(run_sh("true").ok());
  CHECK(run_sh("exit 7").exit_status == 7);
  CHECK_FALSE(run_sh("exit 7").ok());
  CHECK(run_sh("kill -TERM $$").exit_status == 143);
  CHECK(run_sh("kill -KILL $$").exit_status == 137);
}

TEST_CASE("nothing to read, and both outputs together as they came") {
  CHECK(run_sh("cat; echo out; echo err >&2; echo out").output == "out\nerr\nout\n");
}

TEST_CASE("of a long output the last bytes are kept") {
  const Command command{.argv = {"seq", "1", "20000"}, .output_limit = 1000};
  const auto result = run(command, {.deadline = soon()});
  CHECK(result.output.size() == 1000);
  CHECK(result.output.ends_with("\n19999\n20000\n"));
  CHECK(run({.argv = {"printf", "1234567890"}, .output_limit = 10}, {}).output == "1234567890");
  CHECK(run({.argv = {"printf", "12345678901"}, .output_limit = 10}, {}).output == "2345678901");
}

TEST_CASE("lines come one by one, the last one also without an end") {
  std::vector<std::string> lines;
  const auto keep = [&](std::string_view line) { lines.emplace_back(line); };
  const auto result = run({.argv = {"printf", "one\n\ntwo\nlast"}, .on_line = keep}, {});
  CHECK(lines == std::vector<std::string>{"one", "", "two", "last"});
  CHECK(result.output == "one\n\ntwo\nlast");

  lines.clear();
  const std::string all = run({.argv = {"seq", "1", "20000"}, .on_line = keep}, {}).output;
  REQUIRE(lines.size() == 20000);
  CHECK(lines.front() == "1");
  CHECK(lines.back() == "20000");
}

TEST_CASE("a line without an end comes in pieces, none much longer than the limit") {
  std::size_t longest = 0;
  std::size_t total = 0;
  Command command{.argv = {"head", "-c", "40000000", "/dev/zero"}, .output_limit = 1000};
  command.on_line = [&](std::string_view line) {
    longest = std::max(longest, line.size());
    total += line.size();
  };
  CHECK(run(command, {.deadline = soon()}).ok());
  CHECK(total == 40'000'000);
  CHECK(longest < 50'000);
}

TEST_CASE("what cannot be started is an error that names it") {
  const Scratch place;
  place.write("plain", "#!/bin/sh\n");
  const auto start = [](Command command) {
    return error_of([&] { static_cast<void>(run(command, {})); });
  };
  const Error missing = start({.argv = {"/no/such program"}});
  CHECK(tells(missing, "cannot run /no/such program: No such file or directory"));
  CHECK(tells(missing, "check that the program is there"));
  CHECK(tells(start({.argv = {"no-such-program-in-path"}}), "cannot run no-such-program-in-path"));
  CHECK(tells(start({.argv = {(place.root / "plain").string()}}), "Permission denied"));
  CHECK(tells(start({.argv = {"true"}, .directory = "/no/such"}), "cannot enter /no/such"));
}

TEST_CASE("directory and environment are the command's own") {
  const Scratch place;
  setenv("UNIT_KEPT", "kept", 1);
  setenv("UNIT_CHANGED", "old", 1);
  const auto result = run({.argv = {"sh", "-c", "echo $UNIT_KEPT $UNIT_CHANGED $UNIT_NEW; pwd"},
                           .directory = place.root,
                           .environment = {{"UNIT_CHANGED", "new"}, {"UNIT_NEW", "a b"}}},
                          {});
  CHECK(result.output == "kept new a b\n" + place.root.string() + "\n");
  CHECK(std::string(getenv("UNIT_CHANGED")) == "old");
  CHECK(getenv("UNIT_NEW") == nullptr);
}

TEST_CASE("the deadline kills the whole group, and the error names command and time") {
  // A machine that is too slow for one deadline gets a longer one.
  for (Milliseconds allowed{500}; allowed < Milliseconds(60'000); allowed *= 2) {
    Leaves leaves("sleep 1000 & echo $!; sleep 1001");
    const Error error =
        error_of([&] { static_cast<void>(run(leaves.command, {.deadline = Deadline(allowed)})); });
    if (!leaves.process) continue;
    CHECK(tells(error, "sh -c sleep 1000 & echo $!; sleep 1001 did not finish within "));
    CHECK(tells(error, "--timeout"));
    CHECK(wait_for_end(*leaves.process, soon()));
    return;
  }
  FAIL("the command never got to its first line");
}

TEST_CASE("what a command leaves running in its group ends with it") {
  Leaves leaves("sleep 1000 & echo $!; exit 3");
  CHECK(run(leaves.command, {.deadline = soon()}).exit_status == 3);
  REQUIRE(leaves.process);
  CHECK(wait_for_end(*leaves.process, soon()));
}

TEST_CASE("a process left behind that never stops writing does not keep the command going") {
  CHECK(run_sh("yes & exit 3").exit_status == 3);
  CHECK(run_sh("setsid yes & exit 4").exit_status == 4);
}

TEST_CASE("everything that a command wrote before it ended is there") {
  for (int i = 0; i < 50; ++i) {
    const auto result =
        run({.argv = {"head", "-c", "200000", "/dev/zero"}, .output_limit = 1 << 20},
            {.deadline = soon()});
    REQUIRE(result.output.size() == 200'000);
  }
}

TEST_CASE("a command dies with the process that runs it") {
  const Pipe pipe = make_pipe();
  const pid_t deployer = fork();
  REQUIRE(deployer >= 0);
  if (deployer == 0) {
    Command command{.argv = {"sh", "-c", "echo $$; exec sleep 1000"}};
    command.on_line = [&](std::string_view line) { write_all(pipe.write.get(), line, "a pipe"); };
    static_cast<void>(run(command, {}));
    _exit(0);
  }
  char text[16] = {};
  REQUIRE(read(pipe.read.get(), text, sizeof text - 1) > 0);
  const auto command = identify(std::stoi(text));
  REQUIRE(command);
  CHECK(command->pid != deployer);
  REQUIRE(kill(deployer, SIGKILL) == 0);
  REQUIRE(waitpid(deployer, nullptr, 0) == deployer);
  CHECK(wait_for_end(*command, soon()));
}

TEST_CASE("its identity is noted before it does anything") {
  const Scratch place;
  std::optional<ProcessId> noted;
  Bounds bounds{.deadline = soon()};
  bounds.on_start = [&](const ProcessId& process) {
    noted = process;
    place.write("noted", "");
  };
  const auto result =
      run({.argv = {"sh", "-c", "test -e noted && echo $$"}, .directory = place.root}, bounds);
  REQUIRE(noted);
  CHECK(result.output == std::to_string(noted->pid) + "\n");
  CHECK(noted->start_time > 0);
  CHECK_FALSE(is_alive(*noted));
}

TEST_CASE("a command whose identity cannot be noted never runs") {
  const Scratch place;
  Bounds bounds{.deadline = soon()};
  std::optional<ProcessId> started;
  bounds.on_start = [&](const ProcessId& process) {
    started = process;
    throw Error("disk full", "free some");
  };
  const Error error = error_of([&] {
    static_cast<void>(run({.argv = {"touch", "done"}, .directory = place.root}, bounds));
  });
  CHECK(tells(error, "disk full"));
  REQUIRE(started);
  CHECK_FALSE(is_alive(*started));
  CHECK_FALSE(std::filesystem::exists(place.root / "done"));
}

TEST_CASE("a listener that throws ends the command") {
  Leaves leaves("echo $$; exec sleep 1000");
  const auto note = leaves.command.on_line;
  leaves.command.on_line = [&](std::string_view line) {
    note(line);
    throw Error("enough");
  };
  const Error error = error_of([&] { static_cast<void>(run(leaves.command, {})); });
  CHECK(tells(error, "enough"));
  REQUIRE(leaves.process);
  CHECK_FALSE(is_alive(*leaves.process));
}

}  // namespace nutricount::os
