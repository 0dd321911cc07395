#include "crypto/signature.hpp"

#include "base/error.hpp"

namespace nutricount::crypto {
namespace {
constexpr std::string_view kPrefix = "sha256=";

HmacSha256 keyed(const Secret& secret) {
  if (!secret.empty()) return HmacSha256(secret.reveal());
  throw usage_error("the webhook's secret is empty", "give it the one that GitHub has");
}
}  // namespace

std::string_view fault_of_signature(std::string_view text) {
  if (!text.starts_with(kPrefix)) return "does not begin with sha256=";
  const auto digits = text.substr(kPrefix.size());
  if (digits.size() != 2 * Digest().size()) return "does not have 64 digits after sha256=";
  return digest_of(digits) ? "" : "has something else than 0-9 and a-f after sha256=";
}

std::optional<Digest> parse_signature(std::string_view text) {
  if (!text.starts_with(kPrefix)) return std::nullopt;
  return digest_of(text.substr(kPrefix.size()));
}

Signature::Signature(const Secret& secret) : hmac_(keyed(secret)) {}

bool Signature::matches(const Digest& claimed) const {
  return same_in_constant_time(hmac_.digest(), claimed);
}

std::string Signature::text() const { return std::string(kPrefix) + hex(hmac_.digest()); }

}  // namespace nutricount::crypto
