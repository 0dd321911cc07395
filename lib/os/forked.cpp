#include "os/forked.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "os/file.hpp"
#include "os/interruption.hpp"

namespace nutricount::os {

Forked::~Forked() {
  if (reaped_) return;
  kill(-id_.pid, SIGKILL);
  kill(id_.pid, SIGKILL);  // in case it has no group of its own yet
  reap();
}

void Forked::watch() {
  id_ = identify(id_.pid).value_or(id_);
  ended_ = Fd(static_cast<int>(syscall(SYS_pidfd_open, id_.pid, 0)));
  if (!ended_) throw system_error(fmt::format("cannot watch process {}", id_.pid));
}

int Forked::reap() {
  int status = 0;
  while (waitpid(id_.pid, &status, 0) < 0 && errno == EINTR) {
  }
  reaped_ = true;
  kill(-id_.pid, SIGKILL);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void settle_in(pid_t parent, const Bounds& bounds) {
  setpgid(0, 0);
  forget_signals();
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) std::signal(number, SIG_DFL);
  if (bounds.owner) become(*bounds.owner);
  // After the change of user, which clears it.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);
}

void wait_at_gate(const Fd& gate) {
  char byte = 0;
  while (read(gate.get(), &byte, 1) < 0 && errno == EINTR) {
  }
  if (byte == 0) _exit(127);  // the parent gave up
}

void open_gate(Forked& child, const Fd& gate, const Bounds& bounds) {
  child.watch();
  setpgid(child.id().pid, child.id().pid);
  if (bounds.on_start) bounds.on_start(child.id());
  write_all(gate.get(), "!", "a pipe");
}

bool drain(const Fd& source, const Forked& child, const Deadline& deadline,
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

}  // namespace nutricount::os
