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

TEST_CASE("seconds have as many digits as say something") {
  for (const auto& [seconds, text] :
       std::initializer_list<std::pair<double, const char*>>{{0, "0.00 s"},
                                                             {0.414, "0.41 s"},
                                                             {9.94, "9.94 s"},
                                                             {9.96, "10.0 s"},
                                                             {25, "25.0 s"},
                                                             {59.9, "59.9 s"},
                                                             {59.96, "1 min"},
                                                             {180, "3 min"},
                                                             {7200, "2 h"},
                                                             {47 * 3600.0, "47 h"},
                                                             {4 * 86400.0, "4 d"}}) {
    CHECK(format_seconds(seconds) == text);
  }
}

TEST_CASE("sizes of any kind") {
  CHECK(format_bytes(0) == "0 B");
  CHECK(format_bytes(1023) == "1023 B");
  CHECK(format_bytes(1024) == "1.0 KiB");
  CHECK(format_bytes(10 * 1024) == "10 KiB");
  CHECK(format_bytes(1024ULL * 1024 * 1024 * 1024) == "1.0 TiB");
  CHECK(format_bytes(UINT64_MAX) == "16777216 TiB");
}

TEST_CASE("one thing, several things") {
  CHECK(count_of(0, "file") == "0 files");
  CHECK(count_of(1, "file") == "1 file");
  CHECK(count_of(2, "file") == "2 files");
}

TEST_CASE("the longest duration is ten years, and is not reached by overflow") {
  CHECK(parse_duration("3650d").has_value());
  for (const char* text : {"3651d", "3650d1ms", "315360000001ms", "9223372036854775807ms",
                           "9223372036854775807d", "87601h"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text).has_value());
  }
}
