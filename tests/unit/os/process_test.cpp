#include "os/process.hpp"

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "catching.hpp"
#include "os/child.hpp"
#include "os/command.hpp"
#include "scratch.hpp"
#include "waiting.hpp"

namespace nutricount::os {
namespace {
/// A program of its own group and session that sleeps until it is killed, and reaped with the test.
class Sleeper {
 public:
  explicit Sleeper(std::filesystem::path program = "/usr/bin/sleep") : pid_(fork()) {
    if (pid_ == 0) {
      setsid();
      execl(program.c_str(), program.c_str(), "1000", nullptr);
      _exit(127);
    }
    REQUIRE(pid_ > 0);
    REQUIRE(comes_true([&] {  // until it is the program and no longer a copy of this one
      std::error_code error;
      const auto runs =
          std::filesystem::read_symlink("/proc/" + std::to_string(pid_) + "/exe", error);
      return !error && runs == std::filesystem::canonical(program);
    }));
  }
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;
  ~Sleeper() {
    kill(pid_, SIGKILL);
    reap();
  }
  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] ProcessId id() const { return identify(pid_).value(); }
  int reap() const {
    int status = 0;
    waitpid(pid_, &status, 0);
    return status;
  }

 private:
  pid_t pid_;
};

/// What `work` says where only its own processes take pids: in a pid namespace, as its process 1.
std::string in_own_pid_space(const std::function<std::string()>& work) {
  const Scratch place;
  return run_in_child({.deadline = soon()}, [&](const Report&) -> std::string {
    if (unshare(CLONE_NEWPID | CLONE_NEWNS) != 0) return "no pid space";
    const pid_t first = fork();
    if (first == 0) {
      const bool own_proc = mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                            mount("proc", "/proc", "proc", 0, nullptr) == 0;
      place.write("said", own_proc ? work() : "no pid space");
      _exit(0);
    }
    waitpid(first, nullptr, 0);
    return place.read("said");
  });
}

ProcessId with_start_time(ProcessId process, std::uint64_t start_time) {
  process.start_time = start_time;
  return process;
}
}  // namespace

TEST_CASE("a process is told by pid, start time and boot") {
  const Sleeper sleeper;
  const auto process = identify(sleeper.pid());
  REQUIRE(process);
  CHECK(process->pid == sleeper.pid());
  CHECK(process->boot_id == boot_id());
  CHECK(boot_id().size() == 36);
  CHECK(is_alive(*process));
  CHECK(process == identify(sleeper.pid()));
  CHECK(identify(getpid())->start_time <= process->start_time);
  CHECK_FALSE(identify(0));
  CHECK_FALSE(identify(-1));
  CHECK_FALSE(identify(1 << 30));
}

TEST_CASE("a program may be called what it likes") {
  const Scratch place;
  const auto program = place.root / "x) S 1 (y";
  std::filesystem::copy_file("/usr/bin/sleep", program);
  const Sleeper odd(program);
  const Sleeper plain;
  CHECK(is_alive(odd.id()));
  CHECK(odd.id().start_time <= plain.id().start_time);
  CHECK(plain.id().start_time - odd.id().start_time < 100'000);
}

TEST_CASE("a zombie has ended, though nobody has reaped it") {
  const Sleeper sleeper;
  const auto process = sleeper.id();
  CHECK(signal_process(process, SIGKILL));
  CHECK(wait_for_end(process, soon()));
  CHECK_FALSE(is_alive(process));
  CHECK_FALSE(identify(sleeper.pid()));
  CHECK(kill(sleeper.pid(), 0) == 0);  // what must not be asked
}

TEST_CASE("waiting ends at the deadline where the process does not") {
  const Sleeper sleeper;
  CHECK_FALSE(wait_for_end(sleeper.id(), Deadline(Milliseconds(30))));
  CHECK_FALSE(wait_for_end(sleeper.id(), Deadline(Milliseconds(0))));
  CHECK(is_alive(sleeper.id()));
}

TEST_CASE("a pid that another process has now is not that process") {
  const Sleeper sleeper;
  const auto now_there = sleeper.id();
  for (const auto& gone : {with_start_time(now_there, now_there.start_time - 1),
                           ProcessId{now_there.pid, now_there.start_time, "another boot"}}) {
    CAPTURE(gone.boot_id);
    CHECK_FALSE(is_alive(gone));
    CHECK(wait_for_end(gone, Deadline(Milliseconds(0))));
    CHECK_FALSE(signal_process(gone, SIGKILL));
    CHECK_FALSE(signal_group(gone, SIGKILL));
    CHECK(session_members(gone).empty());
  }
  CHECK(is_alive(now_there));
}

// The kernel is told which pid comes next, so that it really is used again.
TEST_CASE("a pid that is used again is told from the first" * doctest::skip(geteuid() != 0)) {
  const std::string said = in_own_pid_space([] {
    std::optional<ProcessId> first;
    {
      const Sleeper sleeper;
      first = sleeper.id();
    }
    usleep(50'000);  // some clock ticks
    std::ofstream("/proc/sys/kernel/ns_last_pid") << first->pid - 1;
    const Sleeper sleeper;
    if (sleeper.pid() != first->pid) return "not used again";
    const bool taken_for_it = is_alive(*first) || signal_process(*first, SIGKILL) ||
                              signal_group(*first, SIGKILL) || !session_members(*first).empty();
    return taken_for_it || !is_alive(sleeper.id()) ? "taken for the first" : "told apart";
  });
  if (said == "no pid space") {
    MESSAGE("not checked: no namespace can be made here");
  } else {
    CHECK(said == "told apart");
  }
}

TEST_CASE("a group is reached after its leader has ended") {
  std::optional<ProcessId> leader;
  std::optional<ProcessId> member;
  Command command{.argv = {"setsid", "--wait", "sh", "-c", "echo $$; sleep 1000 & echo $!"}};
  command.on_line = [&](std::string_view line) {
    const pid_t pid = std::stoi(std::string(line));
    (leader ? member : leader) = identify(pid).value_or(ProcessId{pid, 1, boot_id()});
  };
  CHECK(run(command, {.deadline = soon()}).ok());
  REQUIRE(leader);
  REQUIRE(member);
  CHECK_FALSE(is_alive(*leader));
  REQUIRE(is_alive(*member));
  const auto members = session_members(*leader);
  REQUIRE(members.size() == 1);
  CHECK(members[0] == *member);
  CHECK(signal_group(*leader, SIGKILL));
  CHECK(wait_for_end(*member, soon()));
  CHECK(comes_true([&] { return !signal_group(*leader, SIGKILL); }));
  CHECK(session_members(*leader).empty());
}

TEST_CASE("a session has its leader and what it started") {
  const Sleeper sleeper;
  const auto members = session_members(sleeper.id());
  REQUIRE(members.size() == 1);
  CHECK(members[0] == sleeper.id());
}

TEST_CASE("no signal goes to everything") {
  for (const pid_t pid : {1, 0, -1}) {
    CHECK_FALSE(signal_group({pid, 0, boot_id()}, 0));
    CHECK(session_members({pid, 0, boot_id()}).empty());
  }
}

TEST_CASE("without free descriptors nobody is taken for dead") {
  const Sleeper sleeper;
  const auto process = sleeper.id();
  const std::string said = run_in_child({.deadline = soon()}, [&](const Report&) {
    while (dup(STDERR_FILENO) >= 0) {
    }
    std::string errors;
    const auto ask = [&](const std::function<bool()>& question) {
      try {
        errors += question() ? "yes " : "no ";
      } catch (const Error& error) {
        errors += tells(error, "Too many open files") ? "error " : error.what();
      }
    };
    ask([&] { return is_alive(process); });
    ask([&] { return wait_for_end(process, Deadline(Milliseconds(0))); });
    ask([&] { return signal_process(process, 0); });
    return errors;
  });
  CHECK(said == "error error error ");
}

}  // namespace nutricount::os
