#include "crypto/signature.hpp"

#include <doctest/doctest.h>

#include "catching.hpp"

using namespace nutricount;
using namespace nutricount::crypto;

namespace {
// The example of GitHub's "Validating webhook deliveries".
constexpr const char* kSecret = "It's a Secret to Everybody";
constexpr const char* kPayload = "Hello, World!";
const std::string kSigned =
    "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

Signature signature_of(const std::string& payload, const std::string& secret = kSecret) {
  Signature signature{Secret(secret)};
  signature.add(payload);
  return signature;
}

bool is_valid(const std::string& text, const std::string& payload,
              const std::string& secret = kSecret) {
  const auto claimed = parse_signature(text);
  return claimed && signature_of(payload, secret).matches(*claimed);
}
}  // namespace

TEST_CASE("GitHub's example is valid, and is what we sign with") {
  CHECK(is_valid(kSigned, kPayload));
  CHECK(signature_of(kPayload).text() == kSigned);
}

TEST_CASE("another payload or another secret is not what was signed") {
  for (const std::string payload : {"", "Hello, World", "Hello, World!\n", "hello, World!"}) {
    CHECK_FALSE(is_valid(kSigned, payload));
  }
  for (const std::string secret : {"It's a Secret to Everybod", "It's a Secret to Everybody\n"}) {
    CHECK_FALSE(is_valid(kSigned, kPayload, secret));
  }
}

TEST_CASE("a payload may come in pieces") {
  Signature signature{Secret(kSecret)};
  CHECK_FALSE(signature.matches(*parse_signature(kSigned)));
  signature.add("Hello, ");
  signature.add("");
  signature.add("World!");
  CHECK(signature.matches(*parse_signature(kSigned)));
  CHECK(signature.text() == kSigned);
}

TEST_CASE("only the form that GitHub sends is a signature") {
  const std::string digits = kSigned.substr(7);
  for (const std::string& text :
       {std::string(), digits, "SHA256=" + digits, "Sha256=" + digits, "sha256:" + digits,
        "sha256 =" + digits, " " + kSigned, "\"" + kSigned + "\"", "sha512=" + digits,
        "sha1=" + digits, std::string("sha1=01dc10d0c83e72ed246219cdd91669667fe2ca59"),
        std::string("sha256"), std::string("\xef\xbb\xbf") + kSigned}) {
    CAPTURE(text);
    CHECK(fault_of_signature(text) == "does not begin with sha256=");
    CHECK_FALSE(parse_signature(text).has_value());
  }
  for (const std::string& text :
       {std::string("sha256="), kSigned.substr(0, 70), kSigned + "0", kSigned + " ", kSigned + "\n",
        kSigned + std::string(1, '\0'), kSigned + "," + kSigned, "sha256=sha256=" + digits}) {
    CAPTURE(text);
    CHECK(fault_of_signature(text) == "does not have 64 digits after sha256=");
    CHECK_FALSE(parse_signature(text).has_value());
  }
  for (const std::string ending : {"E17", "g17", "-17", " 17", "17\n", "7\xc3\xa4", "7\xff\xff"}) {
    const std::string text = kSigned.substr(0, 68) + ending;
    CAPTURE(text);
    CHECK(fault_of_signature(text) == "has something else than 0-9 and a-f after sha256=");
    CHECK_FALSE(parse_signature(text).has_value());
  }
  CHECK_FALSE(parse_signature(kSigned.substr(0, 70) + std::string(1, '\0')).has_value());
  CHECK(fault_of_signature(kSigned).empty());
}

TEST_CASE("an empty secret signs nothing: everybody knows it") {
  const Error error = error_of([] { signature_of(kPayload, ""); });
  CHECK(error.status() == ExitStatus::kUsage);
  CHECK(tells(error, "is empty"));
}
