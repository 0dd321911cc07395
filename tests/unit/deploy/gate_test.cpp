#include "catching.hpp"
#include "deploy/lock.hpp"
#include "holding.hpp"
#include "os/child.hpp"
#include "os/lock.hpp"
#include "scratch.hpp"
#include "waiting.hpp"

namespace nutricount::deploy {
namespace {
struct Yard : Scratch {
  std::filesystem::path path = root / "gate";
  /// As the start of a unit looks, in a process of its own.
  [[nodiscard]] bool is_closed_to_others() const {
    return os::run_in_child({.deadline = soon()}, [&](const os::Report&) -> std::string {
             return Gate(path).is_closed() ? "closed" : "open";
           }) == "closed";
  }
};
}  // namespace

TEST_CASE("a gate that nobody closed is open") {
  const Yard yard;
  CHECK_FALSE(Gate(yard.path).is_closed());
  CHECK_FALSE(yard.is_closed_to_others());
}

TEST_CASE("a gate is closed to others until it is opened, however often it was closed") {
  const Yard yard;
  Gate gate(yard.path);
  for (int times = 0; times < 3; ++times) {
    gate.close();
    CHECK(yard.is_closed_to_others());
    CHECK(gate.is_closed());
  }
  gate.open();
  CHECK_FALSE(yard.is_closed_to_others());
  gate.open();  // fine, too
  gate.close();
  CHECK(yard.is_closed_to_others());
}

TEST_CASE("a gate that goes is open") {
  const Yard yard;
  {
    Gate gate(yard.path);
    gate.close();
  }
  CHECK_FALSE(yard.is_closed_to_others());
}

TEST_CASE("a gate opens when its holder is killed") {
  const Yard yard;
  while_held(
      [&](const os::Report& report) {
        Gate gate(yard.path);
        gate.close();
        report("closed");
        hold_on();
      },
      [&](const os::ProcessId&) { CHECK(Gate(yard.path).is_closed()); });
  CHECK_FALSE(Gate(yard.path).is_closed());
}

TEST_CASE("whoever only looks, again and again, does not keep it from being closed") {
  const Yard yard;
  while_held(
      [&](const os::Report& report) {
        const Gate gate(yard.path);
        static_cast<void>(gate.is_closed());
        report("looking");
        while (true) static_cast<void>(gate.is_closed());
      },
      [&](const os::ProcessId&) {
        Gate gate(yard.path);
        CHECK_NOTHROW(gate.close());
        CHECK(gate.is_closed());
      });
}

TEST_CASE("a gate that another process keeps is named") {
  const Yard yard;
  const auto kept = os::FileLock::take(yard.path, soon());
  REQUIRE(kept);
  const Error error = error_of([&] { Gate(yard.path).close(); });
  CHECK(tells(error, "cannot close " + yard.path.string()));
  CHECK(tells(error, "fuser -v " + yard.path.string()));
}

}  // namespace nutricount::deploy
