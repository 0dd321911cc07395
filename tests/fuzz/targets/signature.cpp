// The header of a webhook's signature: only one form of it is taken.
#include "crypto/signature.hpp"

#include <algorithm>

#include "fuzz.hpp"

using namespace nutricount;
using namespace nutricount::fuzz;

namespace {
/// The form, said in another way than the reader has it.
bool is_canonical(const std::string& text) {
  return text.size() == 71 && text.compare(0, 7, "sha256=") == 0 &&
         text.find_first_not_of("0123456789abcdef", 7) == std::string::npos;
}

void check_matches(const crypto::Digest& digest) {
  static const Secret secret("secret");
  crypto::Signature signature(secret);
  signature.add(crypto::hex(digest));
  const auto own = crypto::parse_signature(signature.text());
  demand(own.has_value() && is_canonical(signature.text()), "what is signed can be read");
  demand(signature.matches(*own), "what is signed matches");
  demand(!signature.matches(digest), "what was not signed does not");
}
}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = text_of(data, size);
  const auto digest = crypto::parse_signature(text);
  demand(digest.has_value() == is_canonical(text), "the one form is taken, and no other");
  demand(crypto::fault_of_signature(text).empty() == digest.has_value(), "a refusal says why");
  if (!digest) return 0;
  demand("sha256=" + crypto::hex(*digest) == text, "what is taken is written the same");
  check_matches(*digest);
  return 0;
}
