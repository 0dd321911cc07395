#include "crypto/hmac.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace nutricount::crypto;

namespace {
std::string hmac_of(const std::string& key, const std::string& data) {
  HmacSha256 hmac(key);
  hmac.add(data);
  return hex(hmac.digest());
}

struct Case {
  std::string key;
  std::string data;
  std::string expected;  ///< its first digits, where the case truncates
};

std::vector<Case> rfc_4231() {
  std::string counted;
  for (char byte = 1; byte <= 25; ++byte) counted += byte;
  return {
      {std::string(20, '\x0b'), "Hi There",
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {"Jefe", "what do ya want for nothing?",
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {std::string(20, '\xaa'), std::string(50, '\xdd'),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
      {counted, std::string(50, '\xcd'),
       "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
      {std::string(20, '\x0c'), "Test With Truncation", "a3b6167473100ee06e0c796c2955552b"},
      {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
      {std::string(131, '\xaa'),
       "This is a test using a larger than block-size key and a larger than block-size data. The "
       "key needs to be hashed before being used by the HMAC algorithm.",
       "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"}};
}
}  // namespace

TEST_CASE("the test cases of RFC 4231") {
  for (const auto& [key, data, expected] : rfc_4231()) {
    CAPTURE(data);
    CHECK(hmac_of(key, data).substr(0, expected.size()) == expected);
  }
}

TEST_CASE(
    "an empty key and empty data have an HMAC, too") {  // as of openssl dgst and Python's hmac
  CHECK(hmac_of("", "") == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST_CASE("pieces make no difference, and an HMAC may be looked at on the way") {
  for (const auto& [key, data, expected] : rfc_4231()) {
    HmacSha256 hmac(key);
    for (std::size_t at = 0; at < data.size(); ++at) {
      CHECK(hex(hmac.digest()) == hmac_of(key, data.substr(0, at)));
      hmac.add(std::string_view(data).substr(at, 1));
    }
    CHECK(hex(hmac.digest()) == hmac_of(key, data));
  }
}

TEST_CASE("every byte counts, whatever it is") {
  const std::string text("a\0b\r\n", 5);
  for (const std::string& other :
       {std::string("a"), std::string("a\0b\r", 4), std::string("a\0b\n", 4), text + "\n"}) {
    CHECK(hmac_of("key", other) != hmac_of("key", text));
    CHECK(hmac_of(other, "data") != hmac_of(text, "data"));
  }
}
