#include "base/quantity.hpp"

#include <doctest/doctest.h>

using namespace nutricount;
using namespace std::chrono_literals;

TEST_CASE("durations are read as people write them") {
  CHECK(parse_duration("300s") == 300s);
  CHECK(parse_duration("5m") == 5min);
  CHECK(parse_duration("1h30m") == 90min);
  CHECK(parse_duration("250ms") == 250ms);
  CHECK(parse_duration("0s") == 0s);
  CHECK(parse_duration("1d") == 24h);
}

TEST_CASE("what is not a duration is refused") {
  for (const char* text : {"", "5", "s", "-5s", "+5s", "1.5s", "5 s", "5x", "30m1h", "1m1m", "5s ",
                           "99999999999999999999s", "4000d"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text).has_value());
  }
}

TEST_CASE("a duration that is written is read back") {
  for (const auto duration : {300s, 90s, 1s, 3661s}) {
    CHECK(parse_duration(format_duration(duration)) == duration);
  }
  CHECK(format_duration(90s) == "1m30s");
  CHECK(format_duration(0s) == "0s");
  CHECK(format_duration(250ms) == "250ms");
}

TEST_CASE("sizes have one decimal below ten") {
  CHECK(format_bytes(512) == "512 B");
  CHECK(format_bytes(1258291) == "1.2 MiB");
  CHECK(format_bytes(104U << 20U) == "104 MiB");
  CHECK(format_bytes((1U << 20U) - 1) == "1.0 MiB");
}
