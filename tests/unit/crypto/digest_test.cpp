#include "crypto/digest.hpp"

#include <doctest/doctest.h>

#include <string>

#include "crypto/sha256.hpp"

using namespace nutricount::crypto;

namespace {
constexpr const char* kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

std::string sha256_of(const std::string& text) {
  Sha256 hash;
  hash.add(text);
  return hex(hash.digest());
}
}  // namespace

TEST_CASE("the examples of FIPS 180-4") {
  CHECK(sha256_of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_of("abc") == kAbc);
  CHECK(sha256_of(std::string(1'000'000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("a hash may be looked at on the way, and comes in any pieces") {
  Sha256 hash;
  CHECK(hex(hash.digest()) == sha256_of(""));
  hash.add("a");
  CHECK(hex(hash.digest()) == sha256_of("a"));
  hash.add("");
  hash.add("bc");
  CHECK(hex(hash.digest()) == kAbc);
  CHECK(hex(hash.digest()) == kAbc);
}

TEST_CASE("a digest is read as it is written, and in no other form") {
  const std::string text = kAbc;
  const auto digest = digest_of(text);
  REQUIRE(digest.has_value());
  CHECK(digest->front() == 0xba);
  CHECK(digest->back() == 0xad);
  CHECK(hex(*digest) == text);
  for (const std::string& wrong :
       {std::string(), text.substr(1), text + "0", "BA" + text.substr(2), "g" + text.substr(1),
        text.substr(1) + "g", " " + text.substr(1), "0x" + text.substr(2), "+" + text.substr(1),
        std::string(64, '\0'), std::string(64, '\xff'), text.substr(2) + "\xc3\xa4"}) {
    CAPTURE(wrong);
    CHECK_FALSE(digest_of(wrong).has_value());
  }
}

TEST_CASE("digests are the same when every bit is") {
  const Digest digest = *digest_of(kAbc);
  CHECK(same_in_constant_time(digest, *digest_of(kAbc)));
  for (std::size_t bit = 0; bit < 8 * digest.size(); ++bit) {
    Digest other = digest;
    other.at(bit / 8) = static_cast<unsigned char>(other.at(bit / 8) ^ 1U << bit % 8);
    CHECK_FALSE(same_in_constant_time(digest, other));
  }
}
