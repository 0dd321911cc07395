#include "os/child.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "base/quantity.hpp"
#include "os/error_text.hpp"
#include "os/fd.hpp"
#include "os/file.hpp"
#include "os/interruption.hpp"

namespace nutricount::os {
namespace {

// A child that is killed and reaped on every way out.
class Child {
 public:
  explicit Child(pid_t pid) : id_{pid, 0, {}} {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (reaped_) return;
    kill(-id_.pid, SIGKILL);
    kill(id_.pid, SIGKILL);  // in case it has no group of its own yet
    reap();
  }

  /// Apart from the constructor: what throws here still ends the child.
  void watch() {
    id_ = identify(id_.pid).value_or(id_);
    ended_ = Fd(static_cast<int>(syscall(SYS_pidfd_open, id_.pid, 0)));
    if (!ended_) throw system_error(fmt::format("cannot watch process {}", id_.pid));
  }
  [[nodiscard]] const ProcessId& id() const { return id_; }
  /// Readable once it has ended (pidfd_open(2)).
  [[nodiscard]] int ended_fd() const { return ended_.get(); }

  /// As a shell has it: the exit status, or 128 + signal.
  int reap() {
    int status = 0;
    while (waitpid(id_.pid, &status, 0) < 0 && errno == EINTR) {
    }
    reaped_ = true;
    kill(-id_.pid, SIGKILL);  // what it left running in its group ends with it
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  ProcessId id_;
  Fd ended_;
  bool reaped_ = false;
};

// The first thing in every child: a group of its own, default signals, and death with the parent.
void settle_in(pid_t parent, const Bounds& bounds) {
  setpgid(0, 0);
  forget_signals();
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) std::signal(number, SIG_DFL);
  if (bounds.owner) become(*bounds.owner);
  // After the change of user, which clears it.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);
}

// A forked child must not keep this process's lock, or anything else, alive.
void close_all_but(int one, int other) {
  const auto [low, high] = std::minmax(one, other);
  const auto first = static_cast<unsigned>(low);
  const auto second = static_cast<unsigned>(high);
  if (first > 3) close_range(3, first - 1, 0);
  if (second > first + 1) close_range(first + 1, second - 1, 0);
  close_range(second + 1, ~0U, 0);
}

// The gate keeps the child waiting until its identity has been noted.
void wait_at_gate(const Fd& gate) {
  char byte = 0;
  while (read(gate.get(), &byte, 1) < 0 && errno == EINTR) {
  }
  if (byte == 0) _exit(127);  // the parent gave up
}

void open_gate(Child& child, const Fd& gate, const Bounds& bounds) {
  child.watch();
  setpgid(child.id().pid, child.id().pid);
  if (bounds.on_start) bounds.on_start(child.id());
  write_all(gate.get(), "!", "a pipe");
}

// Hands over what arrives on `source` until its end, or until the child has ended and nothing more
// is there (a process that it left behind may hold the pipe open). False at the deadline.
bool drain(const Fd& source, const Child& child, const Deadline& deadline,
           const std::function<void(std::string_view)>& sink) {
  std::array<char, 16384> buffer{};
  while (true) {
    throw_if_interrupted();
    if (deadline.passed()) return false;
    std::array<pollfd, 3> fds{
        {{source.get(), POLLIN, 0}, {child.ended_fd(), POLLIN, 0}, {signal_fd(), POLLIN, 0}}};
    if (poll(fds.data(), fds.size(), deadline.poll_timeout()) <= 0) continue;
    if (fds[0].revents == 0) {
      if (fds[1].revents != 0) return true;
      continue;
    }
    const ssize_t n = read(source.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return true;
    sink({buffer.data(), static_cast<std::size_t>(n)});
  }
}

void split_lines(std::string& pending, std::string_view bytes, std::size_t limit,
                 const std::function<void(std::string_view)>& on_line) {
  pending += bytes;
  std::size_t start = 0;
  for (auto end = pending.find('\n'); end != std::string::npos; end = pending.find('\n', start)) {
    on_line(std::string_view(pending).substr(start, end - start));
    start = end + 1;
  }
  pending.erase(0, start);
  if (pending.size() <= limit) return;
  on_line(pending);
  pending.clear();
}

[[noreturn]] void execute(const Command& command, const Fd& output) {
  const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(output.get(), STDOUT_FILENO) < 0 ||
      dup2(output.get(), STDERR_FILENO) < 0) {
    _exit(127);
  }
  if (!command.directory.empty() && chdir(command.directory.c_str()) != 0) {
    throw system_error(fmt::format("cannot enter {}", command.directory.string()));
  }
  for (const auto& [name, value] : command.environment) setenv(name.c_str(), value.c_str(), 1);
  std::vector<char*> argv;
  for (const auto& argument : command.argv) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  execvp(argv[0], argv.data());
  throw system_error(fmt::format("cannot run {}", command.argv.front()),
                     "check that the program is there and may be executed");
}

// Messages on the pipe: a kind ('p'rogress, 'r'esult, 'e'rror), a 32-bit length, the bytes.
void send(const Fd& pipe, char kind, std::string_view bytes) {
  const auto length = static_cast<std::uint32_t>(bytes.size());
  std::string message(1, kind);
  message.append(reinterpret_cast<const char*>(&length), sizeof length);
  message.append(bytes);
  write_all(pipe.get(), message, "a pipe");
}

[[noreturn]] void work_in_child(const Fd& pipe,
                                const std::function<std::string(const Report&)>& work) {
  try {
    const std::string result = work([&](std::string_view text) { send(pipe, 'p', text); });
    send(pipe, 'r', result);
  } catch (const Error& error) {
    send(pipe, 'e', as_text(error));
  } catch (const std::exception& error) {
    send(pipe, 'e', as_text(Error(error.what())));
  }
  _exit(0);  // no destructors, no atexit: they belong to the parent
}

struct Inbox {
  std::string pending;
  std::optional<std::string> result;
  std::optional<std::string> error;

  void take(std::string_view bytes, const std::function<void(std::string_view)>& on_progress) {
    pending += bytes;
    std::uint32_t length = 0;
    constexpr std::size_t kHeader = 1 + sizeof length;
    while (pending.size() >= kHeader) {
      std::memcpy(&length, pending.data() + 1, sizeof length);
      if (pending.size() < kHeader + length) return;
      const std::string body = pending.substr(kHeader, length);
      if (pending[0] == 'r') result = body;
      if (pending[0] == 'e') error = body;
      if (pending[0] == 'p' && on_progress) on_progress(body);
      pending.erase(0, kHeader + length);
    }
  }
};
}  // namespace

Error timed_out(const std::string& what, const Deadline& deadline) {
  return Error(fmt::format("{} did not finish within {}", what,
                           format_duration(deadline.allowed().value_or(Milliseconds(0)))),
               "run it again, or allow more time with --timeout");
}

CommandResult run(const Command& command, const Bounds& bounds) {
  throw_if_interrupted();
  const Stopwatch watch;
  Pipe output = make_pipe();
  Pipe failure = make_pipe();
  Pipe gate = make_pipe();
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) throw system_error("cannot start a process");
  if (pid == 0) {
    try {
      gate.write.reset();
      settle_in(parent, bounds);
      wait_at_gate(gate.read);
      execute(command, output.write);
    } catch (const Error& error) {
      send(failure.write, 'e', as_text(error));
    }
    _exit(127);
  }
  Child child(pid);
  output.write.reset();
  failure.write.reset();
  open_gate(child, gate.write, bounds);

  CommandResult result;
  std::string line;
  const auto collect = [&](std::string_view bytes) {
    result.output += bytes;
    if (result.output.size() > 2 * command.output_limit) {
      result.output.erase(0, result.output.size() - command.output_limit);
    }
    if (command.on_line) split_lines(line, bytes, command.output_limit, command.on_line);
  };
  Inbox start_failure;
  const bool ended = drain(failure.read, child, bounds.deadline,
                           [&](std::string_view bytes) { start_failure.take(bytes, {}); });
  if (start_failure.error) throw from_text(*start_failure.error);
  if (!ended || !drain(output.read, child, bounds.deadline, collect)) {
    throw timed_out(fmt::format("{}", fmt::join(command.argv, " ")), bounds.deadline);
  }
  result.exit_status = child.reap();
  if (command.on_line && !line.empty()) command.on_line(line);
  if (result.output.size() > command.output_limit) {
    result.output.erase(0, result.output.size() - command.output_limit);
  }
  result.seconds = watch.seconds();
  return result;
}

std::string run_in_child(const Bounds& bounds,
                         const std::function<std::string(const Report&)>& work,
                         const std::function<void(std::string_view)>& on_progress) {
  throw_if_interrupted();
  Pipe pipe = make_pipe();
  Pipe gate = make_pipe();
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) throw system_error("cannot start a process");
  if (pid == 0) {
    close_all_but(pipe.write.get(), gate.read.get());
    work_in_child(pipe.write, [&](const Report& report) {
      settle_in(parent, bounds);
      wait_at_gate(gate.read);
      return work(report);
    });
  }
  Child child(pid);
  pipe.write.reset();
  open_gate(child, gate.write, bounds);
  Inbox inbox;
  const bool ended = drain(pipe.read, child, bounds.deadline,
                           [&](std::string_view bytes) { inbox.take(bytes, on_progress); });
  if (!ended) throw timed_out("the work in a child process", bounds.deadline);
  const int status = child.reap();
  if (inbox.error) throw from_text(*inbox.error);
  if (!inbox.result) {
    throw Error(fmt::format("a child process ended with status {} and no answer", status),
                "run the command again; if it persists, it was killed from outside: see dmesg");
  }
  return *inbox.result;
}

void do_in_child(const Bounds& bounds, const std::function<void()>& work) {
  static_cast<void>(run_in_child(bounds, [&](const Report&) {
    work();
    return std::string();
  }));
}

}  // namespace nutricount::os
