#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <csignal>

#include "calling.hpp"
#include "catching.hpp"
#include "os/child.hpp"
#include "os/command.hpp"
#include "playground.hpp"

namespace nutricount::service {
namespace {
// Answers each call with its pid, at the socket that it is handed or, without one, at its own. As
// gunicorn does, it moves what it is handed to another number.
const std::string kAnswering = R"(
import ctypes, os, signal, socket, sys
if os.path.exists("opaque"):
    ctypes.CDLL(None).prctl(4, 0)  # PR_SET_DUMPABLE
if "LISTEN_FDS" in os.environ:
    assert (os.environ["LISTEN_FDS"], os.environ["LISTEN_PID"]) == ("1", str(os.getpid()))
    listening = socket.fromfd(3, socket.AF_INET, socket.SOCK_STREAM)
    os.close(3)
else:
    listening = socket.create_server(("127.0.0.1", int(sys.argv[1])))
others = [fd for fd in os.listdir("/proc/self/fd") if int(fd) > 2]
with open("others", "w") as file: file.write(" ".join(others))
with open("ready", "w") as file: file.write("%d\n" % os.getpid())
while True:
    with listening.accept()[0] as client: client.sendall(b"%d" % os.getpid())
)";

struct Listening : Playground {
  std::uint16_t port = free_port();
  explicit Listening(const std::string& program = kAnswering) : Playground(kPython, program) {
    settings.listen = address_of(port);
    settings.start.push_back(std::to_string(port));
  }
  [[nodiscard]] std::string pid_of(const Manager& manager) const {
    return std::to_string(manager.states().at(0).main_pid);
  }
};
bool is_stopped(const os::ProcessId& process) {
  const auto stat = os::read_file(fmt::format("/proc/{}/stat", process.pid), 4096).value_or("");
  return stat.find(") T ") != std::string::npos;
}
}  // namespace

TEST_CASE("a start opens the socket and hands it over, and nothing else") {
  const Listening place;
  const auto manager = place.manager();
  manager->start(soon());
  const auto early = call(place.port);
  REQUIRE_MESSAGE(early, "refused before the application is up");
  CHECK(answer_to(early) == place.pid_of(*manager));
  // Its own socket, and Python's descriptor of the directory.
  CHECK(place.said("others").size() == std::string("3 4").size());
}

TEST_CASE("who calls while nothing runs is answered by the next process") {
  const Listening place;
  const auto manager = place.manager();
  manager->start(soon());
  for (int round = 0; round < 3; ++round) {
    const std::string before = place.pid_of(*manager);
    CHECK(manager->stop(soon()).empty());
    const auto client = call(place.port);
    REQUIRE(client);
    manager->start(soon());
    const std::string now = place.pid_of(*manager);
    CHECK(now != before);
    CHECK(answer_to(client) == now);
  }
}

TEST_CASE("it is the very socket: who waits in its backlog is answered by the next process") {
  Listening place;
  place.settings.stop_timeout = Milliseconds(100);
  place.manager()->start(soon());  // by another deployment: this one holds nothing yet
  const auto process = place.process_in("ready");
  REQUIRE(os::signal_process(process, SIGSTOP));
  REQUIRE(comes_true([&] { return is_stopped(process); }));
  const auto client = call(place.port);
  REQUIRE(client);
  const auto manager = place.manager();
  manager->stop(soon());
  manager->start(soon());
  CHECK(answer_to(client) == place.pid_of(*manager));
}

TEST_CASE("the socket that an application opened itself is kept, too") {
  Listening place;
  ProcessSettings without = place.settings;
  without.listen.clear();
  make_process_manager(without)->start(soon());
  REQUIRE(comes_true([&] { return static_cast<bool>(call(place.port)); }));
  const auto manager = place.manager();
  CHECK(manager->stop(soon()).empty());
  const auto client = call(place.port);
  REQUIRE(client);
  manager->start(soon());
  CHECK(answer_to(client) == place.pid_of(*manager));
}

TEST_CASE("workers that outlived their leader are asked for it") {
  const Listening place("import os, signal\nif os.fork() != 0: signal.pause()\n" + kAnswering);
  // The worker is another process than the one that LISTEN_PID names: here it binds itself.
  ProcessSettings without = place.settings;
  without.listen.clear();
  make_process_manager(without)->start(soon());
  REQUIRE(comes_true([&] { return static_cast<bool>(call(place.port)); }));
  const auto manager = place.manager();
  const auto leader = os::identify(manager->states().at(0).main_pid).value();
  REQUIRE(os::signal_process(leader, SIGKILL));
  REQUIRE(os::wait_for_end(leader, soon()));
  manager->stop(soon());
  CHECK(call(place.port));
}

TEST_CASE("after a deployer that was killed the next opens a new socket") {
  const Listening place;
  place.manager()->start(soon());
  const pid_t application = place.manager()->states().at(0).main_pid;
  const pid_t deployer = fork();
  REQUIRE(deployer >= 0);
  if (deployer == 0) {
    const auto manager = place.manager();
    manager->stop(soon());
    kill(getpid(), SIGKILL);
  }
  REQUIRE(waitpid(deployer, nullptr, 0) == deployer);
  REQUIRE(waitpid(application, nullptr, 0) == application);  // this process's child
  CHECK_FALSE(call(place.port));
  const auto manager = place.manager();
  manager->stop(soon());
  const auto client = call(place.port);
  REQUIRE_MESSAGE(client, "what is put back waits for its clients from the stop on");
  manager->start(soon());
  CHECK(answer_to(client) == place.pid_of(*manager));
}

TEST_CASE("an address that another process has keeps the start back, not the stop") {
  const Listening place;
  const os::Fd other(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = loopback(place.port);
  REQUIRE(bind(other.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(listen(other.get(), 1) == 0);
  const auto manager = place.manager();
  CHECK(manager->stop(soon()).empty());
  const Error error = error_of([&] { manager->start(soon()); });
  CHECK(tells(error, "cannot listen on " + place.settings.listen));
  CHECK(tells(error, "ss -ltnp"));
  CHECK_FALSE(os::look_at(place.pidfile()));
}

TEST_CASE("a command that cannot be run says so with a socket to hand over, too") {
  Listening place;
  place.settings.start = {"venv/bin/gunicorn"};
  const auto manager = place.manager();
  const Error error = error_of([&] { manager->start(soon()); });
  CHECK(tells(error, "No such file or directory"));
}

TEST_CASE("no other command inherits the socket that is held") {
  const Listening place;
  const auto manager = place.manager();
  manager->start(soon());
  manager->stop(soon());
  REQUIRE(call(place.port));
  const auto seen = os::run({.argv = {"/bin/ls", "-l", "/proc/self/fd"}}, {.deadline = soon()});
  CHECK(seen.ok());
  CHECK_MESSAGE(seen.output.find("socket:") == std::string::npos, seen.output);
}

TEST_CASE("where the socket may not be shared it goes on without, and says so once" *
          doctest::skip(geteuid() != 0)) {
  Listening place;
  const passwd* user = getpwnam("nobody");
  REQUIRE(user != nullptr);
  for (const auto& directory : {place.root, place.root / "app", place.root / "state"}) {
    REQUIRE(chown(directory.c_str(), user->pw_uid, user->pw_gid) == 0);
  }
  place.write("app/opaque", "");
  place.settings.owner = os::owner_of(place.settings.directory);
  const std::string told =
      os::run_in_child({.owner = place.settings.owner, .deadline = soon()}, [&](const os::Report&) {
        auto manager = place.manager();
        manager->start(soon());
        static_cast<void>(answer_to(call(place.port)));
        // Held already; another deployment holds nothing.
        const std::string own = manager->stop(soon());
        manager->start(soon());
        static_cast<void>(answer_to(call(place.port)));
        manager.reset();
        const auto next = place.manager();
        const std::string first = next->stop(soon());
        next->start(soon());
        const std::string answered = answer_to(call(place.port));
        return own + "|" + first + "|" + next->stop(soon()) + "|" + answered;
      });
  CAPTURE(told);
  CHECK(told.starts_with("|clients of " + place.settings.listen));
  CHECK(told.find("Permission denied") != std::string::npos);
  CHECK(told.find("||") != std::string::npos);
  CHECK_FALSE(told.ends_with("|"));
}

}  // namespace nutricount::service
