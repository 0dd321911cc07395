// The signature of a webhook's payload, as GitHub's header X-Hub-Signature-256 has it:
// https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/secret.hpp"
#include "crypto/digest.hpp"
#include "crypto/hmac.hpp"

namespace nutricount::crypto {

/// What keeps a text from being a signature, to follow "the signature"; empty where it is one:
/// "sha256=" and 64 hexadecimal digits, lower-case, for GitHub sends no others and what has one
/// form only cannot be told apart wrongly. Nothing may stand before or after it.
[[nodiscard]] std::string_view fault_of_signature(std::string_view text);
/// Nothing where there is a fault.
[[nodiscard]] std::optional<Digest> parse_signature(std::string_view text);

/// HMAC-SHA-256 of a payload under the secret that GitHub knows, too. The payload is its bytes as
/// they were sent: the same JSON written otherwise has another signature.
class Signature {
 public:
  /// Throws for an empty secret, which everybody knows, and as HmacSha256.
  explicit Signature(const Secret& secret);
  void add(std::string_view bytes) { hmac_.add(bytes); }
  /// Whether the payload that was added has this signature, in a time that tells nothing of where
  /// it differs.
  [[nodiscard]] bool matches(const Digest& claimed) const;
  /// "sha256=HEX", of the payload that was added.
  [[nodiscard]] std::string text() const;

 private:
  HmacSha256 hmac_;
};

}  // namespace nutricount::crypto
