#include "base/byte_text.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"

using namespace nutricount;

TEST_CASE("any byte is escaped and comes back") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  CHECK(unescaped(escaped(all)) == all);
  CHECK(escaped("a b%\xff") == "a%20b%25%FF");
}

TEST_CASE("a damaged escape is refused") {
  for (const char* text : {"%", "a%4", "%zz", "%+5", "%-1", "% 5", "%0x"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(static_cast<void>(unescaped(text)), Error);
  }
}
