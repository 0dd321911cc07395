#include "base/line.hpp"

#include <doctest/doctest.h>

using namespace nutricount;

TEST_CASE("blanks are trimmed from both ends") {
  CHECK(trimmed(" \tkey \r\n") == "key");
  CHECK(trimmed("a b") == "a b");
  CHECK(trimmed(" \t ").empty());
  CHECK(trimmed("").empty());
}
