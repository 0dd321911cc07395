#include <doctest/doctest.h>
#include <unistd.h>

#include <cmath>
#include <numeric>

#include "machine/cpu.hpp"
#include "machine/load.hpp"
#include "made_up.hpp"

namespace nutricount::machine {

TEST_CASE("processor time by mode is that of all processors together") {
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  const auto seconds =
      parse_cpu_seconds("cpu  100 20 300 4000 50 6 7 8 90 10\ncpu0 1 1 1 1 1 1 1 1 1 1\nintr 5\n");
  REQUIRE(seconds);
  CHECK(seconds->at(0) == doctest::Approx(100 / ticks));
  CHECK(seconds->at(3) == doctest::Approx(4000 / ticks));
  CHECK(seconds->at(7) == doctest::Approx(8 / ticks));
}

TEST_CASE("what an old kernel does not count is 0, what is no line of /proc/stat is nothing") {
  const auto seconds = parse_cpu_seconds("cpu 100 20 300 4000\n");
  REQUIRE(seconds);
  CHECK(seconds->at(7) == 0);
  for (const char* text : {"", "cpu0 1 2 3 4\n", "cpu\n", "cpu 1 2 3\n", "cpu 1 2 x 4\n",
                           "cpu -1 2 3 4\n", "cpu 1 2 3 99999999999999999999\n"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_cpu_seconds(text));
  }
}

TEST_CASE("shares are of the time between two readings") {
  const ByMode before{10, 0, 10, 100, 5, 0, 0, 0};
  const ByMode after{11, 0, 11, 107, 6, 0, 0, 0};
  const auto shares = cpu_shares(before, after);
  REQUIRE(shares);
  CHECK(shares->at(0) == doctest::Approx(0.1));
  CHECK(shares->at(3) == doctest::Approx(0.7));
  CHECK(std::accumulate(shares->begin(), shares->end(), 0.0) == doctest::Approx(1));
  CHECK(busy_share(*shares) == doctest::Approx(0.2));
  CHECK_FALSE(cpu_shares(before, before));
}

TEST_CASE("a counter that goes back counts for nothing") {
  const auto shares = cpu_shares({10, 0, 0, 100, 5, 0, 0, 0}, {11, 0, 0, 101, 4, 0, 0, 0});
  REQUIRE(shares);
  CHECK(shares->at(0) == doctest::Approx(0.5));
  CHECK(shares->at(4) == 0);
}

TEST_CASE("load and uptime") {
  const MadeUp machine;
  machine.file("proc/loadavg", "3.48 2.80 2.24 6/110 22213\n");
  machine.file("proc/uptime", "2294.40 2162.92\n");
  const auto load = read_load(machine.root);
  REQUIRE(load);
  CHECK(load->at(0) == doctest::Approx(3.48));
  CHECK(load->at(2) == doctest::Approx(2.24));
  CHECK(read_uptime(machine.root).value_or(0) == doctest::Approx(2294.4));
  CHECK_FALSE(read_load(machine.root / "none"));
  CHECK_FALSE(read_uptime(machine.root / "none"));
  for (const char* text : {"", "1 2", "1 2 x", "inf 1 1", "nan 1 1", "-1 1 1"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_load(text));
  }
  CHECK_FALSE(parse_uptime("-5 1"));
}

}  // namespace nutricount::machine
