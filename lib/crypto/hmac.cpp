#include "crypto/hmac.hpp"

#include <array>
#include <string>

#include "base/error.hpp"
#include "crypto/libcrypto.hpp"

namespace nutricount::crypto {
namespace {
Error failure() {
  return Error("OpenSSL cannot compute an HMAC-SHA-256", "check the installation of libssl3");
}

// HMAC_CTX is deprecated since OpenSSL 3, and its first use is only 0.2 ms cheaper: nearly all of
// that time goes into OpenSSL's own initialisation.
evp_mac_ctx_st* new_context() {
  static EVP_MAC* const hmac = library().mac_fetch(nullptr, "HMAC", nullptr);
  return hmac != nullptr ? library().mac_context_new(hmac) : nullptr;
}
}  // namespace

void HmacSha256::Free::operator()(evp_mac_ctx_st* context) const {
  library().mac_context_free(context);
}

HmacSha256::HmacSha256(std::string_view key) : context_(new_context()) {
  std::string hash = "SHA256";
  const std::array parameters{library().text_parameter("digest", hash.data(), 0),
                              library().no_parameter()};
  const auto* bytes = reinterpret_cast<const unsigned char*>(key.empty() ? "" : key.data());
  if (!context_ || library().mac_init(context_.get(), bytes, key.size(), parameters.data()) != 1) {
    throw failure();
  }
}

void HmacSha256::add(std::string_view bytes) {
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  if (library().mac_update(context_.get(), data, bytes.size()) != 1) throw failure();
}

Digest HmacSha256::digest() const {
  const std::unique_ptr<evp_mac_ctx_st, Free> copy(library().mac_context_dup(context_.get()));
  Digest digest{};
  std::size_t length = 0;
  if (!copy || library().mac_final(copy.get(), digest.data(), &length, digest.size()) != 1 ||
      length != digest.size()) {
    throw failure();
  }
  return digest;
}

}  // namespace nutricount::crypto
