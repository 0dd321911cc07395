#include <sys/wait.h>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "playground.hpp"

namespace nutricount::service {

TEST_CASE("a start makes a pidfile that names the process, a stop removes both") {
  const Playground place("/bin/sleep", "");
  ProcessSettings settings = place.settings;
  settings.start = {"/bin/sleep", "1000"};
  const auto manager = make_process_manager(settings);
  CHECK(manager->name() == "process");
  CHECK(manager->states().at(0).active == "inactive");
  CHECK_FALSE(manager->states().at(0).gave_up);

  const Timestamp before = now();
  manager->start(soon());
  const UnitState state = manager->states().at(0);
  CHECK(state.unit == "diary");
  CHECK(state.active == "active");
  CHECK(state.sub == "running");
  CHECK(state.since.value() >= before);
  CHECK(state.since.value() <= now());
  const auto written = nlohmann::json::parse(os::read_file(place.pidfile()).value());
  CHECK(written.at("pid") == state.main_pid);
  CHECK(written.at("boot_id") == os::boot_id());
  const auto process = os::identify(state.main_pid).value();
  CHECK(written.at("start_time") == process.start_time);
  CHECK(getsid(state.main_pid) == state.main_pid);

  manager->start(soon());
  CHECK_MESSAGE(manager->states().at(0).main_pid == state.main_pid,
                "a second start changes nothing");

  manager->stop(soon());
  CHECK_FALSE(os::is_alive(process));
  CHECK_FALSE(os::look_at(place.pidfile()));
  CHECK(manager->states().at(0).active == "inactive");
  manager->stop(soon());
}

TEST_CASE("a command that cannot be run is reported with its errno and leaves nothing") {
  Playground place("/bin/sh", "");
  std::string reason;
  SUBCASE("missing") {
    place.settings.start = {"venv/bin/gunicorn"};
    reason = "No such file or directory";
  }
  SUBCASE("not executable") {
    place.settings.start = {"./program"};
    reason = "Permission denied";
  }
  SUBCASE("not in PATH") {
    place.settings.start = {"no-such-program-anywhere"};
    reason = "No such file or directory";
  }
  SUBCASE("no directory") {
    place.settings.directory = place.root / "nowhere";
    reason = "cannot enter";
  }
  const auto manager = place.manager();
  try {
    manager->start(soon());
    FAIL("it started");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).find(reason) != std::string::npos);
    CHECK(std::string(error.what()).find("diary") != std::string::npos);
  }
  CHECK_FALSE(os::look_at(place.pidfile()));
  CHECK(manager->states().at(0).active == "inactive");
  CHECK(waitpid(-1, nullptr, WNOHANG) == -1);  // no child was left unreaped
}

TEST_CASE("no start command is a usage error") {
  CHECK_THROWS_AS(static_cast<void>(make_process_manager({})), Error);
}

TEST_CASE("how it ended is said with its last lines") {
  const Playground place("/bin/sh", "echo starting\necho 'no such table: entries' >&2\nexit 3\n");
  const auto manager = place.manager();
  const Timestamp before = now();
  manager->start(soon());
  REQUIRE(comes_true([&] { return manager->states().at(0).gave_up; }));
  const UnitState state = manager->states().at(0);
  CHECK(state.active == "failed");
  CHECK(state.main_pid == 0);
  CHECK(state.reason == "exited with status 3");
  CHECK(manager->states().at(0).reason == "exited with status 3");
  CHECK(manager->last_lines(5, before) ==
        std::vector<std::string>{"starting", "no such table: entries"});
  CHECK(manager->last_lines(1, before) == std::vector<std::string>{"no such table: entries"});
  // Another run of the program is not its parent: it knows that it ended, and no more.
  const auto other = place.manager();
  CHECK(other->states().at(0).gave_up);
  CHECK(other->states().at(0).reason.find("ended") != std::string::npos);
  CHECK(other->last_lines(5, before).size() == 2);
}

TEST_CASE("last lines are those of the last start; a log above 1 MiB is rotated first") {
  const Playground place("/bin/sh", "echo run $$\nexec sleep 1000\n");
  const auto manager = place.manager();
  const Timestamp before = now();
  const auto lines = [&] { return manager->last_lines(10, before); };
  manager->start(soon());
  REQUIRE(comes_true([&] { return lines().size() == 1; }));
  const std::string first = lines().front();
  manager->stop(soon());
  manager->start(soon());
  REQUIRE(comes_true([&] { return lines().size() == 1 && lines().front() != first; }));
  manager->stop(soon());

  const fs::path log = place.root / "state" / "app.log";
  CHECK_FALSE(fs::exists(log.string() + ".1"));
  std::ofstream(log, std::ios::app) << std::string((1U << 20U), 'x');
  manager->start(soon());
  CHECK(fs::file_size(log.string() + ".1") > (1U << 20U));
  REQUIRE(comes_true([&] { return lines().size() == 1; }));
  CHECK(fs::file_size(log) < 100);
}

}  // namespace nutricount::service
