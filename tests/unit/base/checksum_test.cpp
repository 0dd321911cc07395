#include "base/checksum.hpp"

#include <doctest/doctest.h>

using namespace nutricount;

TEST_CASE("the checksum is zlib's") {
  CHECK(crc32("") == 0);
  CHECK(crc32("123456789") == 0xcbf43926);
}

TEST_CASE("no flipped bit, no missing and no added byte goes unnoticed") {
  const std::string line = with_checksum(R"({"record":"step","name":"stop"})");
  CHECK(line == R"({"record":"step","name":"stop","crc32":"dcfaf126"})");
  CHECK(is_undamaged(line));
  for (std::size_t bit = 0; bit < line.size() * 8; ++bit) {
    std::string flipped = line;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    CHECK_FALSE(is_undamaged(flipped));
  }
  for (std::size_t length = 0; length < line.size(); ++length) {
    CHECK_FALSE(is_undamaged(line.substr(0, length)));
  }
  CHECK_FALSE(is_undamaged(line + " "));
}
