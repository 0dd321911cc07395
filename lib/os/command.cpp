#include "os/command.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "os/error_text.hpp"
#include "os/fd.hpp"
#include "os/forked.hpp"
#include "os/interruption.hpp"
#include "os/message.hpp"

namespace nutricount::os {
namespace {

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

// The child: the command, or on `failure` why it could not be started. Whatever got out of it would
// unwind the parent's stack in the child: noexcept.
[[noreturn]] void become_command(const Command& command, const Bounds& bounds, pid_t parent,
                                 const Fd& gate, const Fd& output, const Fd& failure) noexcept {
  try {
    settle_in(parent, bounds);
    wait_at_gate(gate);
    execute(command, output);
  } catch (const Error& error) {
    send(failure, Kind::kError, as_text(error));
  }
  _exit(127);
}

// Lines as they arrive, and the last bytes of all.
class Output {
 public:
  explicit Output(const Command& command) : command_(command) {}

  void take(std::string_view bytes) {
    kept_ += bytes;
    if (kept_.size() > 2 * command_.output_limit) keep_the_end();
    if (command_.on_line) split_lines(bytes);
  }

  [[nodiscard]] std::string finish() {
    if (command_.on_line && !line_.empty()) command_.on_line(line_);
    if (kept_.size() > command_.output_limit) keep_the_end();
    return std::move(kept_);
  }

 private:
  void keep_the_end() { kept_.erase(0, kept_.size() - command_.output_limit); }

  void split_lines(std::string_view bytes) {
    line_ += bytes;
    std::size_t start = 0;
    for (auto end = line_.find('\n'); end != std::string::npos; end = line_.find('\n', start)) {
      command_.on_line(std::string_view(line_).substr(start, end - start));
      start = end + 1;
    }
    line_.erase(0, start);
    if (line_.size() <= command_.output_limit) return;
    command_.on_line(line_);
    line_.clear();
  }

  const Command& command_;
  std::string kept_;
  std::string line_;  // the beginning of one whose end has not come
};
}  // namespace

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
    gate.write.reset();
    become_command(command, bounds, parent, gate.read, output.write, failure.write);
  }
  Forked child(pid);
  output.write.reset();
  failure.write.reset();
  open_gate(child, gate.write, bounds);

  Inbox start;
  Output collected(command);
  const bool started = drain(failure.read, child, bounds.deadline,
                             [&](std::string_view bytes) { start.take(bytes, {}); });
  if (start.error()) throw from_text(*start.error());
  if (!started || !drain(output.read, child, bounds.deadline,
                         [&](std::string_view bytes) { collected.take(bytes); })) {
    throw timed_out(fmt::format("{}", fmt::join(command.argv, " ")), bounds.deadline);
  }
  const int status = child.reap();
  return {status, collected.finish(), watch.seconds()};
}

}  // namespace nutricount::os
