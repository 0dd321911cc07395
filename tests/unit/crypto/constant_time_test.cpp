// That a comparison tells nothing of where it ended, counted in instructions: no clock, no noise.
#include <doctest/doctest.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <functional>

#include "crypto/signature.hpp"

using namespace nutricount;
using namespace nutricount::crypto;

namespace {
volatile bool result;  // a call whose result nobody wants may be left out

/// A child that stops itself before the call and after it.
pid_t fork_stopping(const std::function<bool()>& call) {
  const pid_t child = fork();
  if (child != 0) return child;
  if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) _exit(1);
  raise(SIGSTOP);
  result = call();
  raise(SIGSTOP);
  _exit(0);
}

bool is_stopped_by(pid_t child, int signal) {
  int status = 0;
  return waitpid(child, &status, 0) == child && WIFSTOPPED(status) && WSTOPSIG(status) == signal;
}

/// Instructions from the one stop to the other, step by step; 0 where the kernel lets nobody step.
/// Children that begin with the same memory differ only by what the call is given.
long instructions_of(const std::function<bool()>& call) {
  const pid_t child = fork_stopping(call);
  long count = 0;
  bool steps = is_stopped_by(child, SIGSTOP);
  while (steps && ptrace(PTRACE_SINGLESTEP, child, nullptr, nullptr) == 0) {
    steps = is_stopped_by(child, SIGTRAP);
    if (steps) ++count;
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  return count;
}

bool can_step() {
  const bool can = instructions_of([] { return true; }) > 0;
  if (!can) MESSAGE("skipped: this kernel lets no process be single-stepped");
  return can;
}

bool same_until_first_difference(const Digest& left, const Digest& right) {
  return std::mismatch(left.begin(), left.end(), right.begin()).first == left.end();
}

Digest wrong_at(const Digest& right, std::size_t at) {
  Digest wrong = right;
  wrong.at(at) = static_cast<unsigned char>(~wrong.at(at));
  return wrong;
}

constexpr std::array<std::size_t, 8> kPlaces{0, 1, 7, 8, 15, 16, 30, 31};
}  // namespace

TEST_CASE("a signature takes as many instructions wherever it differs, and where it does not") {
  if (!can_step()) return;
  const Signature signature{Secret("secret")};
  const Digest right = *parse_signature(signature.text());
  REQUIRE(signature.matches(right));  // what is done once is done
  std::array<long, kPlaces.size()> counts{};
  // Nothing is allocated from here on: malloc's ways depend on what was.
  const long expected = instructions_of([&] { return signature.matches(right); });
  for (std::size_t i = 0; i < kPlaces.size(); ++i) {
    const Digest wrong = wrong_at(right, kPlaces.at(i));
    counts.at(i) = instructions_of([&] { return signature.matches(wrong); });
  }
  for (const long count : counts) CHECK(count == expected);
}

TEST_CASE("a comparison that stops at the first difference would be noticed") {
  if (!can_step()) return;
  const Digest right{};
  const auto stopping_at = [&](std::size_t place) {
    const Digest wrong = wrong_at(right, place);
    return instructions_of([&] { return same_until_first_difference(right, wrong); });
  };
  CHECK(stopping_at(0) == stopping_at(0));
  CHECK(stopping_at(31) > stopping_at(30));
}
