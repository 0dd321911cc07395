#include "base/clock.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <ctime>

using namespace nutricount;
using namespace std::chrono_literals;

namespace {
/// A time zone for as long as it lives.
struct Zone {
  explicit Zone(const char* name) {
    setenv("TZ", name, 1);
    tzset();
  }
  ~Zone() {
    unsetenv("TZ");
    tzset();
  }
};

const Timestamp kEvening{Milliseconds(1'761'336'000'123)};  // 2025-10-24 20:00:00.123 UTC
}  // namespace

TEST_CASE("UTC is written and read back to the millisecond, wherever one lives") {
  const Zone zone("Asia/Kathmandu");
  CHECK(to_utc(kEvening) == "2025-10-24T20:00:00.123Z");
  CHECK(from_utc("2025-10-24T20:00:00.123Z") == kEvening);
  CHECK(from_utc("2025-10-24T20:00:00Z") == kEvening - 123ms);
  for (const auto time : {kEvening, kEvening - 123ms, Timestamp(0ms), kEvening + 24h * 365 * 50}) {
    CHECK(from_utc(to_utc(time)) == time);
  }
  CHECK(from_utc("2024-02-29T23:59:59.999Z").has_value());
}

TEST_CASE("a time of any year is written and read back") {
  for (const std::int64_t milliseconds :
       {std::int64_t{-1}, std::int64_t{-86'400'500}, std::int64_t{253'402'300'799'999}}) {
    const Timestamp time{Milliseconds(milliseconds)};
    CAPTURE(to_utc(time));
    CHECK(from_utc(to_utc(time)) == time);
  }
  CHECK(to_utc(Timestamp(-500ms)) == "1969-12-31T23:59:59.500Z");
}

TEST_CASE("what is not the time as it is written here is not read") {
  for (const std::string text : {"",
                                 "Z",
                                 "2025-10-24",
                                 "2025-10-24T20:00:00",
                                 "2025-10-24T20:00:00+00:00",
                                 "2025-10-24 20:00:00Z",
                                 "2025-10-24T20:00:00.1Z",
                                 "2025-10-24T20:00:00.1234Z",
                                 "2025-10-24T20:00:00.12xZ",
                                 "2025-10-24T20:00:00.Z",
                                 "2025-10-24T20:00:00ZZ",
                                 " 2025-10-24T20:00:00Z",
                                 "2025-10-24T20:00: 0Z",
                                 "25-10-24T20:00:00Z",
                                 "2025-1-1T1:1:1Z",
                                 "2025-02-30T00:00:00Z",
                                 "2025-02-29T00:00:00Z",
                                 "2025-13-01T00:00:00Z",
                                 "2025-10-24T24:00:00Z",
                                 "2025-10-24T20:60:00Z",
                                 "yesterday"}) {
    CAPTURE(text);
    CHECK_FALSE(from_utc(text).has_value());
  }
  CHECK_FALSE(from_utc(std::string("2025-10-24T20:00:00Z\0", 21)).has_value());
}

TEST_CASE("names and log lines have local time") {
  {
    const Zone zone("Europe/Berlin");
    CHECK(to_id(kEvening) == "20251024_220000");
    CHECK(to_log_time(kEvening) == "2025-10-24 22:00:00,123");
  }
  const Zone zone("America/New_York");
  CHECK(to_id(kEvening) == "20251024_160000");
  CHECK(to_log_time(kEvening - 123ms) == "2025-10-24 16:00:00,000");
}

TEST_CASE("an id has eight digits, a line, six digits") {
  CHECK(is_id("20251024_200000"));
  CHECK(is_id(to_id(now())));
  for (const char* text :
       {"", "20251024", "20251024-200000", "20251024_20000", "20251024_2000000", "2025102x_200000",
        "20251024_20000x", "20251024_2000 0", "../../../../etc", "20251024_200000/"}) {
    CAPTURE(text);
    CHECK_FALSE(is_id(text));
  }
}

TEST_CASE("now is between two looks at the clock") {
  const auto before = std::chrono::system_clock::now() - 1ms;
  const Timestamp moment = now();
  CHECK(moment >= before);
  CHECK(moment <= std::chrono::system_clock::now());
}

TEST_CASE("a deadline passes, and says what is left until then") {
  const Deadline none;
  CHECK_FALSE(none.passed());
  CHECK_FALSE(none.left().has_value());
  CHECK_FALSE(none.allowed().has_value());
  CHECK(none.poll_timeout() == -1);
  CHECK(none.poll_timeout(50) == 50);

  const Deadline over(0ms);
  CHECK(over.passed());
  CHECK(over.left() == 0ms);
  CHECK(over.allowed() == 0ms);
  CHECK(over.poll_timeout() == 0);

  const Deadline later(1h);
  CHECK_FALSE(later.passed());
  CHECK(later.left() <= 1h);
  CHECK(*later.left() > 59min);
  CHECK(later.allowed() == 1h);
  CHECK(later.poll_timeout(50) == 50);
  CHECK(later.poll_timeout() > 59 * 60'000);
  CHECK(Deadline(24h * 3650).poll_timeout() == 2'147'483'647);  // no overflow to "at once"
}

TEST_CASE("what is left is never rounded down to nothing while it is not over") {
  const Deadline soon(1ms);
  while (!soon.passed()) {
    const auto left = *soon.left();
    if (!soon.passed()) CHECK(left > 0ms);
  }
  CHECK(soon.left() == 0ms);
}

TEST_CASE("of two deadlines the earlier one holds") {
  CHECK(Deadline().within(5s).allowed() == 5s);
  CHECK(Deadline(1h).within(5s).allowed() == 5s);
  CHECK(Deadline(5s).within(1h).allowed() == 5s);
  CHECK(Deadline(0ms).within(1h).passed());
}
