#include "base/json_text.hpp"

#include <doctest/doctest.h>
#include <sys/types.h>

using namespace nutricount;

TEST_CASE("what is not JSON, and what would take the stack, is refused") {
  CHECK(parse_json(R"({"a": [1, "[[[[ \\\"[["]})").at("a").at(0) == 1);
  for (const std::string& text : {std::string(), std::string("{"), std::string("{} {}"),
                                  std::string(200, '[') + std::string(200, ']'),
                                  std::string(1 << 20, '['), std::string("\"\xff\"")}) {
    CHECK_THROWS_AS(static_cast<void>(parse_json(text)), Error);
  }
}

TEST_CASE("a whole number is one, and fits") {
  CHECK(whole_number<pid_t>(parse_json("7")) == 7);
  CHECK(whole_number<std::int64_t>(parse_json("-1")) == -1);
  CHECK(whole_number<std::uint64_t>(parse_json("18446744073709551615")) == UINT64_MAX);
  for (const char* text :
       {"4294967297", "2147483648", "1e300", "1.0", "true", "null", "\"7\"", "[]"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(static_cast<void>(whole_number<pid_t>(parse_json(text))), Error);
  }
  CHECK_THROWS_AS(static_cast<void>(whole_number<std::uint64_t>(parse_json("-1"))), Error);
}
