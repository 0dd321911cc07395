// Against the systemd of a machine made for it: tests/system/service_case.sh boots one and sets
// NUTRICOUNT_TEST_SYSTEMD. These cases install units, so they run nowhere else.
#include <cstdlib>

#include "base/error.hpp"
#include "os/child.hpp"
#include "os/command.hpp"
#include "playground.hpp"

namespace nutricount::service {
namespace {
bool may_install_units() {
  return std::getenv("NUTRICOUNT_TEST_SYSTEMD") != nullptr && systemd_runs() && geteuid() == 0;
}

std::string systemctl(std::vector<std::string> words) {
  words.insert(words.begin(), "systemctl");
  return os::run({.argv = words}, {.deadline = soon()}).output;
}

// A unit made of [Service] lines, gone at the end.
class Unit {
 public:
  Unit(std::string name, const std::string& service) : name_(std::move(name)) {
    std::ofstream(path()) << "[Unit]\nStartLimitIntervalSec=1h\nStartLimitBurst=1000\n[Service]\n"
                          << service << '\n';
    systemctl({"daemon-reload"});
  }
  Unit(const Unit&) = delete;
  Unit& operator=(const Unit&) = delete;
  ~Unit() {
    systemctl({"kill", "--signal=SIGKILL", name_});
    systemctl({"stop", name_});
    systemctl({"reset-failed", name_});
    fs::remove(path());
    systemctl({"daemon-reload"});
  }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] fs::path path() const { return fs::path("/run/systemd/system") / name_; }

 private:
  std::string name_;
};

UnitState only(const Manager& manager) { return manager.states().at(0); }

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return std::string(error.what()) + " | " + error.hint();
  }
  return {};
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}
}  // namespace

TEST_SUITE_BEGIN("systemd" * doctest::skip(!may_install_units()));

TEST_CASE("systemd: a unit is started and stopped") {
  const Unit unit("diary.service", "ExecStart=/bin/sleep 1000\nUser=pi\nRestart=always");
  const auto manager = make_systemd_manager({"diary"});  // as systemctl, without its type
  CHECK(manager->name() == "systemd");
  CHECK(only(*manager).unit == "diary.service");
  CHECK(only(*manager).exists);
  CHECK(only(*manager).active == "inactive");
  CHECK(only(*manager).main_pid == 0);

  const Timestamp before = now();
  manager->start(soon());
  const UnitState state = only(*manager);
  CHECK(state.active == "active");
  CHECK(state.sub == "running");
  CHECK(state.restarts == 0);
  CHECK_FALSE(state.gave_up);
  CHECK(state.since.value() >= before);
  CHECK(state.since.value() <= now());
  const auto process = os::identify(state.main_pid).value();

  manager->start(soon());
  CHECK(only(*manager).main_pid == state.main_pid);
  manager->stop(soon());
  CHECK_FALSE(os::is_alive(process));
  CHECK(only(*manager).active == "inactive");
  CHECK_FALSE(only(*manager).gave_up);
  manager->stop(soon());
  manager->start(soon());
  CHECK(only(*manager).main_pid != state.main_pid);
}

TEST_CASE("systemd: a unit that fails at once gives up, with its reason and last lines") {
  std::string program = "echo one; echo two >&2; exit 3";
  std::string reason = "exited with status 3";
  SUBCASE("by its status") {}
  SUBCASE("by a signal") {
    program = "echo one; echo two >&2; kill -SEGV $$$$";
    reason = "killed by SIGSEGV";
  }
  const Unit unit("diary.service", "User=pi\nExecStart=/bin/sh -c '" + program + "'");
  const auto manager = make_systemd_manager({unit.name()});
  const Timestamp before = now();
  manager->start(soon());
  REQUIRE(comes_true([&] { return only(*manager).gave_up; }));
  CHECK(only(*manager).active == "failed");
  CHECK(only(*manager).reason == reason);
  REQUIRE(comes_true([&] { return manager->last_lines(10, before).size() == 2; }));
  CHECK(manager->last_lines(10, before) == std::vector<std::string>{"one", "two"});
  CHECK(manager->last_lines(1, before) == std::vector<std::string>{"two"});
  CHECK(manager->last_lines(10, now() + Milliseconds(1000)).empty());
  manager->stop(soon());
}

TEST_CASE("systemd: a unit that waits for its restart is stopped, or started without the wait") {
  const Unit unit("diary.service",
                  "ExecStart=/bin/sh -c 'test -e /run/diary-good && exec sleep 1000'\n"
                  "Restart=always\nRestartSec=1h");
  const auto manager = make_systemd_manager({unit.name()});
  manager->start(soon());
  REQUIRE(comes_true([&] { return only(*manager).sub == "auto-restart"; }));
  CHECK(only(*manager).active == "activating");
  CHECK_FALSE(only(*manager).gave_up);
  SUBCASE("stopped") {
    manager->stop(soon());
    const auto active = only(*manager).active;
    CHECK((active == "inactive" || active == "failed"));
    CHECK(only(*manager).sub != "auto-restart");
  }
  SUBCASE("started") {
    std::ofstream("/run/diary-good") << "";
    manager->start(soon());
    CHECK(only(*manager).active == "active");
    fs::remove("/run/diary-good");
  }
}

TEST_CASE("systemd: three automatic restarts are enough") {
  const Unit unit("diary.service",
                  "ExecStart=/bin/sh -c 'exit 5'\nRestart=always\nRestartSec=20ms");
  const auto manager = make_systemd_manager({unit.name()});
  manager->start(soon());
  REQUIRE(comes_true([&] { return only(*manager).gave_up; }));
  CHECK(only(*manager).restarts >= 3);
  CHECK(contains(only(*manager).reason, "was restarted"));
  // Who did not start it knows nothing about when these restarts were.
  CHECK_FALSE(make_systemd_manager({unit.name()})->states().at(0).gave_up);
  manager->stop(soon());
  CHECK_FALSE(only(*manager).main_pid > 0);
}

TEST_CASE("systemd: the start limit does not keep the old version down") {
  const Unit unit("diary.service",
                  "ExecStart=/bin/sh -c 'test -e /run/diary-good && exec sleep 1000'\n"
                  "Restart=always\nRestartSec=10ms\n[Unit]\nStartLimitBurst=2");
  const auto manager = make_systemd_manager({unit.name()});
  manager->start(soon());
  REQUIRE(comes_true([&] { return only(*manager).active == "failed"; }));
  // What the limit does is real: systemctl alone is refused.
  std::ofstream("/run/diary-good") << "";
  CHECK_FALSE(os::run({.argv = {"systemctl", "start", unit.name()}}, {.deadline = soon()}).ok());
  CHECK(only(*manager).active == "failed");
  manager->stop(soon());
  manager->start(soon());
  CHECK(only(*manager).active == "active");
  fs::remove("/run/diary-good");
}

TEST_CASE("systemd: an unknown unit is told apart, and named when it shall start") {
  const auto manager = make_systemd_manager({"no-such-unit.service"});
  CHECK_FALSE(only(*manager).exists);
  manager->stop(soon());
  const std::string message = message_of([&] { manager->start(soon()); });
  CHECK(contains(message, "no-such-unit.service"));
  CHECK(contains(message, "app.units"));
  CHECK_FALSE(message_of([] {
                static_cast<void>(make_systemd_manager({"bad name/.."})->states());
              }).empty());
}

TEST_CASE("systemd: another user is denied, and told what to do") {
  const Unit unit("diary.service", "ExecStart=/bin/sleep 1000");
  const os::Owner pi = os::owner_of("/home/pi");
  REQUIRE(pi.uid != 0);
  for (const bool start : {true, false}) {
    const std::string message = message_of([&] {
      static_cast<void>(os::run_in_child({.owner = pi, .deadline = soon()}, [&](const auto&) {
        const auto manager = make_systemd_manager({unit.name()});
        if (!only(*manager).exists) throw Error("reading is refused as well");
        if (start) {
          manager->start(soon());
        } else {
          manager->stop(soon());
        }
        return std::string();
      }));
    });
    CHECK(contains(message, "run as root or install the polkit rule"));
    CHECK(contains(message, "diary.service"));
  }
  const auto root = make_systemd_manager({unit.name()});
  CHECK(only(*root).active == "inactive");
  // Taking a refused stop back must work: the unit never stopped running.
  root->start(soon());
  const pid_t running = only(*root).main_pid;
  const auto said = os::run_in_child({.owner = pi, .deadline = soon()}, [&](const auto&) {
    const auto manager = make_systemd_manager({unit.name()});
    std::string refused = message_of([&] { manager->stop(soon()); });
    manager->start(soon());
    return refused;
  });
  CHECK(contains(said, "polkit"));
  CHECK(only(*root).main_pid == running);
}

TEST_CASE("systemd: units start in order and stop in reverse") {
  const auto service = [](const std::string& name) {
    return "Type=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sh -c 'echo +" + name +
           " >> /run/diary-order'\nExecStop=/bin/sh -c 'echo -" + name + " >> /run/diary-order'";
  };
  const Unit first("first.service", service("first"));
  const Unit second("second.service", service("second"));
  const auto manager = make_systemd_manager({first.name(), second.name()});
  manager->start(soon());
  CHECK(manager->states().at(1).active == "active");
  manager->stop(soon());
  CHECK(os::read_file("/run/diary-order") == "+first\n+second\n-second\n-first\n");
  fs::remove("/run/diary-order");
}

TEST_CASE("systemd: a start job that fails is an error, one that hangs ends at the deadline") {
  SUBCASE("fails") {
    const Unit unit("diary.service", "ExecStartPre=/bin/false\nExecStart=/bin/sleep 1000");
    const auto manager = make_systemd_manager({unit.name()});
    const std::string message = message_of([&] { manager->start(soon()); });
    CHECK(contains(message, "diary.service did not start"));
    CHECK(contains(message, "journalctl -u diary.service"));
  }
  SUBCASE("hangs, and is stopped") {
    const Unit unit("diary.service", "ExecStartPre=/bin/sleep 1000\nExecStart=/bin/sleep 1000");
    const auto manager = make_systemd_manager({unit.name()});
    const std::string message = message_of([&] { manager->start(Deadline(Milliseconds(300))); });
    CHECK(contains(message, "within"));
    CHECK(contains(message, "activating"));
    manager->stop(soon());
    CHECK(only(*manager).active != "activating");
  }
}

TEST_CASE("systemd: a stop that hangs ends at the deadline") {
  const Unit unit("diary.service", "KillSignal=SIGWINCH\nExecStart=/bin/sleep 1000");
  const auto manager = make_systemd_manager({unit.name()});
  manager->start(soon());
  const std::string message = message_of([&] { manager->stop(Deadline(Milliseconds(300))); });
  CHECK(contains(message, "diary.service did not stop within"));
  CHECK(contains(message, "deactivating"));
}

TEST_SUITE_END();

TEST_CASE("without a bus the error says what to do") {
  setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus", 1);
  const auto manager = make_systemd_manager({"diary.service"});
  const std::string message = message_of([&] { static_cast<void>(manager->states()); });
  CHECK(contains(message, "No such file or directory"));
  CHECK(contains(message, "service.manager"));
  CHECK_FALSE(message_of([&] { manager->start(soon()); }).empty());
  CHECK_FALSE(message_of([&] { manager->stop(soon()); }).empty());
  unsetenv("DBUS_SYSTEM_BUS_ADDRESS");
}

}  // namespace nutricount::service
