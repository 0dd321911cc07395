#include "service/pidfile.hpp"

#include <csignal>

#include "base/error.hpp"
#include "playground.hpp"

namespace nutricount::service {

TEST_CASE("a pidfile is told from a stale one") {
  const Playground bystander("/bin/sh", "exec sleep 1000\n");
  const auto other = bystander.manager();
  other->start(soon());
  const auto process = os::identify(other->states().at(0).main_pid).value();

  const Playground place("/bin/sh", "exec sleep 1000\n");
  const auto manager = place.manager();
  PidRecord record{process, "diary", now(), 0, false};
  SUBCASE("the pid is another process's now") {
    record.process.start_time -= 1;
    write_pidfile(place.settings.state_directory, record);
    CHECK(manager->states().at(0).active == "failed");
    CHECK(manager->states().at(0).gave_up);
  }
  SUBCASE("the machine has booted since") {
    record.process.boot_id = "00000000-0000-0000-0000-000000000000";
    write_pidfile(place.settings.state_directory, record);
    CHECK(manager->states().at(0).active == "inactive");
    CHECK_FALSE(manager->states().at(0).gave_up);
  }
  manager->stop(soon());
  CHECK_MESSAGE(os::is_alive(process), "a stop must not touch the bystander");
  CHECK_FALSE(os::look_at(place.pidfile()));
  write_pidfile(place.settings.state_directory, record);
  manager->start(soon());
  CHECK(os::is_alive(process));
  CHECK(manager->states().at(0).active == "active");
  CHECK(manager->states().at(0).main_pid != process.pid);
}

TEST_CASE("a pidfile that makes no sense is an error, not a guess") {
  const Playground place("/bin/sh", "exec sleep 1000\n");
  std::ofstream(place.pidfile()) << "1234\n";
  const auto manager = place.manager();
  CHECK_THROWS_AS(static_cast<void>(manager->states()), Error);
  CHECK_THROWS_AS(manager->stop(soon()), Error);
  CHECK_THROWS_AS(manager->start(soon()), Error);
  fs::remove(place.pidfile());
}

}  // namespace nutricount::service
