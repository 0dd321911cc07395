// SHA-256.
#pragma once

#include <memory>
#include <string_view>

#include "crypto/digest.hpp"

struct evp_md_ctx_st;  // of OpenSSL, which only this room includes

namespace nutricount::crypto {

/// SHA-256 as it comes (FIPS 180-4).
class Sha256 {
 public:
  /// Throws where libcrypto cannot be loaded, or has no SHA-256.
  Sha256();
  void add(std::string_view bytes);
  /// Of what was added; more may be added after.
  [[nodiscard]] Digest digest() const;

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace nutricount::crypto
