#include "os/child.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "base/quantity.hpp"
#include "os/error_text.hpp"
#include "os/fd.hpp"
#include "os/forked.hpp"
#include "os/interruption.hpp"
#include "os/message.hpp"

namespace nutricount::os {
namespace {

// A forked child must not keep this process's lock, or anything else, alive.
void close_all_but(int one, int other) {
  const auto [low, high] = std::minmax(one, other);
  const auto first = static_cast<unsigned>(low);
  const auto second = static_cast<unsigned>(high);
  if (first > 3) close_range(3, first - 1, 0);
  if (second > first + 1) close_range(first + 1, second - 1, 0);
  close_range(second + 1, ~0U, 0);
}

// Whatever got out of it would unwind the parent's stack in the child: noexcept.
[[noreturn]] void work_in_child(const Fd& pipe,
                                const std::function<std::string(const Report&)>& work) noexcept {
  try {
    const std::string result =
        work([&](std::string_view text) { send(pipe, Kind::kProgress, text); });
    send(pipe, Kind::kResult, result);
  } catch (const Error& error) {
    send(pipe, Kind::kError, as_text(error));
  } catch (const std::exception& error) {
    send(pipe, Kind::kError, as_text(Error(error.what())));
  }
  _exit(0);  // no destructors, no atexit: they belong to the parent
}
}  // namespace

Error timed_out(const std::string& what, const Deadline& deadline) {
  return Error(fmt::format("{} did not finish within {}", what,
                           format_duration(deadline.allowed().value_or(Milliseconds(0)))),
               "run it again, or allow more time with --timeout");
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
  Forked child(pid);
  pipe.write.reset();
  open_gate(child, gate.write, bounds);
  Inbox inbox;
  const bool ended = drain(pipe.read, child, bounds.deadline,
                           [&](std::string_view bytes) { inbox.take(bytes, on_progress); });
  if (!ended) throw timed_out("the work in a child process", bounds.deadline);
  const int status = child.reap();
  if (inbox.error()) throw from_text(*inbox.error());
  if (!inbox.result()) {
    throw Error(fmt::format("a child process ended with status {} and no answer", status),
                "run the command again; if it persists, it was killed from outside: see dmesg");
  }
  return *inbox.result();
}

void do_in_child(const Bounds& bounds, const std::function<void()>& work) {
  static_cast<void>(run_in_child(bounds, [&](const Report&) {
    work();
    return std::string();
  }));
}

}  // namespace nutricount::os
