// HMAC-SHA-256.
#pragma once

#include <memory>
#include <string_view>

#include "crypto/digest.hpp"

struct evp_mac_ctx_st;  // of OpenSSL, which only this room includes

namespace nutricount::crypto {

/// HMAC-SHA-256 as it comes (FIPS 198-1, RFC 2104), of any number of bytes in constant memory.
class HmacSha256 {
 public:
  /// A key of any length. Throws where libcrypto cannot be loaded, or has no HMAC.
  explicit HmacSha256(std::string_view key);
  void add(std::string_view bytes);
  /// Of what was added; more may be added after.
  [[nodiscard]] Digest digest() const;

 private:
  struct Free {
    void operator()(evp_mac_ctx_st* context) const;
  };
  std::unique_ptr<evp_mac_ctx_st, Free> context_;
};

}  // namespace nutricount::crypto
