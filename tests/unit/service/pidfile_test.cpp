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

TEST_CASE(
    "a flipped bit in a pidfile does not make it another process's, or one of an earlier boot") {
  const Playground place("/bin/sh", "exec sleep 1000\n");
  const auto& state = place.settings.state_directory;
  const PidRecord written{os::ProcessId{1234, 5678, os::boot_id()}, "diary", now(), 90, false};
  write_pidfile(state, written);
  const std::string whole = os::read_file(place.pidfile()).value();
  CHECK(read_pidfile(state)->process.pid == 1234);
  for (std::size_t bit = 0; bit < whole.size() * 8; bit += 7) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    std::ofstream(place.pidfile()) << flipped;
    CHECK_THROWS_AS(static_cast<void>(read_pidfile(state)), Error);
  }
  fs::remove(place.pidfile());
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
