#include "os/listening.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <sys/prctl.h>

#include "calling.hpp"
#include "catching.hpp"
#include "holding.hpp"
#include "os/child.hpp"

namespace nutricount::os {
namespace {
/// A user who may look into no process of this one.
Owner stranger() {
  const passwd* user = getpwnam("nobody");
  REQUIRE(user != nullptr);
  return {.uid = user->pw_uid, .gid = user->pw_gid, .name = "nobody", .home = "/"};
}
}  // namespace

TEST_CASE("an address is an IP address with a port, in digits") {
  for (const char* good : {"127.0.0.1:5000", "0.0.0.0:1", "[::1]:5000", "[::]:65535"}) {
    CHECK_MESSAGE(is_socket_address(good), good);
  }
  for (const char* bad : {"", ":", "5000", ":5000", "localhost:5000", "127.0.0.1", "127.0.0.1:",
                          "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:5000 ",
                          "::1:5000", "[::1]", "[::1:5000", "[127.0.0.1]:5000", "[]:5000"}) {
    CHECK_FALSE_MESSAGE(is_socket_address(bad), bad);
  }
  CHECK_FALSE(is_socket_address(std::string_view("127.0.0.1\0x:5000", 16)));
  CHECK(tells(error_of([] { static_cast<void>(listen_at("here")); }), "here"));
}

TEST_CASE("clients wait at a socket that was opened, and no command inherits it") {
  const auto port = free_port();
  const Fd socket = listen_at(address_of(port));
  CHECK(call(port));
  CHECK((fcntl(socket.get(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("an address that is taken, or is not this machine's, is named") {
  const auto port = free_port();
  const Fd socket = listen_at(address_of(port));
  const Error taken = error_of([&] { static_cast<void>(listen_at(address_of(port))); });
  CHECK(taken.status() == ExitStatus::kUsage);
  CHECK(tells(taken, address_of(port) + ": Address already in use"));
  CHECK(tells(taken, "ss -ltnp"));
  const Error elsewhere = error_of([] { static_cast<void>(listen_at("192.0.2.1:5000")); });
  CHECK(tells(elsewhere, "192.0.2.1:5000: Cannot assign requested address"));
}

TEST_CASE("a shared socket outlives the process that listened") {
  const auto port = free_port();
  const auto other = free_port();
  Fd shared;
  while_held(
      [&](const Report& report) {
        const Fd first = listen_at(address_of(other));
        const Fd idle(socket(AF_INET, SOCK_STREAM, 0));
        const Fd low = listen_at(address_of(port));
        // As gunicorn has it: under another number than the one that it was handed.
        const Fd high(fcntl(low.get(), F_DUPFD, 100));
        close(low.get());
        report("it listens");
        hold_on();
      },
      [&](const ProcessId& holder) {
        CHECK_FALSE(share_listening(holder, address_of(free_port())));
        shared = share_listening(holder, address_of(port));
      });
  REQUIRE(shared);
  CHECK((fcntl(shared.get(), F_GETFD) & FD_CLOEXEC) != 0);
  CHECK(call(port));
  CHECK_FALSE(call(other));
  shared.reset();
  CHECK_FALSE(call(port));
}

TEST_CASE("a process that has ended shares nothing") {
  std::optional<ProcessId> ended;
  while_held([](const Report& report) { report(""), hold_on(); },
             [&](const ProcessId& holder) { ended = holder; });
  CHECK_FALSE(share_listening(ended.value(), "127.0.0.1:5000"));
}

TEST_CASE("a process that may not be looked into is an error that says what would help") {
  const auto port = free_port();
  while_held(
      [&](const Report& report) {
        const Fd socket = listen_at(address_of(port));
        prctl(PR_SET_DUMPABLE, 0);
        report("it listens");
        hold_on();
      },
      [&](const ProcessId& holder) {
        Bounds bounds{.deadline = soon()};
        if (geteuid() == 0) bounds.owner = stranger();
        const Error error = error_of([&] {
          do_in_child(bounds,
                      [&] { static_cast<void>(share_listening(holder, address_of(port))); });
        });
        CHECK(tells(error, std::to_string(holder.pid)));
        CHECK(tells(error, "ptrace_scope"));
      });
}

}  // namespace nutricount::os
