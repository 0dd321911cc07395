#include "crypto/digest.hpp"

#include "crypto/libcrypto.hpp"

namespace nutricount::crypto {
namespace {
constexpr std::string_view kDigits = "0123456789abcdef";

/// 16 for what is no digit.
unsigned value_of(char digit) {
  if (digit >= '0' && digit <= '9') return static_cast<unsigned>(digit - '0');
  if (digit >= 'a' && digit <= 'f') return static_cast<unsigned>(digit - 'a' + 10);
  return 16;
}
}  // namespace

std::string hex(const Digest& digest) {
  std::string text;
  text.reserve(2 * digest.size());
  for (const unsigned char byte : digest) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

std::optional<Digest> digest_of(std::string_view hex) {
  Digest digest{};
  if (hex.size() != 2 * digest.size()) return std::nullopt;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const unsigned high = value_of(hex[2 * i]);
    const unsigned low = value_of(hex[2 * i + 1]);
    if (high > 15 || low > 15) return std::nullopt;
    digest.at(i) = static_cast<unsigned char>(high << 4U | low);
  }
  return digest;
}

bool same_in_constant_time(const Digest& left, const Digest& right) {
  return library().memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace nutricount::crypto
