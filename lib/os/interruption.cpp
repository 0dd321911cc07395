#include "os/interruption.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/error.hpp"

namespace nutricount::os {
namespace {
std::atomic<int> first_signal{0};
std::atomic<int> holds{0};
int wake_pipe[2] = {-1, -1};

void on_signal(int number) {
  const int saved = errno;
  int none = 0;
  if (first_signal.compare_exchange_strong(none, number)) {
    // The byte stays in the pipe for good: every later poll sees it.
    const ssize_t ignored = write(wake_pipe[1], "!", 1);
    static_cast<void>(ignored);
  }
  errno = saved;
}
}  // namespace

void catch_signals() {
  if (wake_pipe[0] >= 0) return;
  if (pipe2(wake_pipe, O_CLOEXEC | O_NONBLOCK) != 0) throw system_error("cannot make a pipe");
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction inherited {};
    sigaction(number, nullptr, &inherited);
    if (inherited.sa_handler != SIG_IGN) sigaction(number, &action, nullptr);
  }
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, nullptr);
}

int caught_signal() noexcept { return first_signal.load(); }

int signal_fd() noexcept { return held() ? -1 : wake_pipe[0]; }

void forget_signals() noexcept {
  first_signal = 0;
  wake_pipe[0] = wake_pipe[1] = -1;
}

void throw_if_interrupted() {
  const int number = caught_signal();
  if (number == 0 || held()) return;
  throw Error(fmt::format("interrupted by SIG{}", sigabbrev_np(number)),
              "run the command again when it may take its time",
              number == SIGINT ? ExitStatus::kInterrupted : ExitStatus::kTerminated);
}

Hold::Hold() noexcept { ++holds; }
Hold::~Hold() { --holds; }
bool held() noexcept { return holds.load() > 0; }

void pause_for(Milliseconds duration) {
  const Deadline deadline(duration);
  while (!deadline.passed()) {
    throw_if_interrupted();
    pollfd waker{signal_fd(), POLLIN, 0};
    poll(&waker, 1, deadline.poll_timeout());
  }
  throw_if_interrupted();
}

}  // namespace nutricount::os
