#include "crypto/sha256.hpp"

#include "base/error.hpp"
#include "crypto/libcrypto.hpp"

namespace nutricount::crypto {

void Sha256::Free::operator()(evp_md_ctx_st* context) const { library().context_free(context); }

Sha256::Sha256() : context_(library().context_new()) {
  if (!context_ || library().digest_init(context_.get(), library().sha256(), nullptr) != 1) {
    throw Error("OpenSSL has no SHA-256", "check the installation of libssl3");
  }
}

void Sha256::add(std::string_view bytes) {
  library().digest_update(context_.get(), bytes.data(), bytes.size());
}

Digest Sha256::digest() const {
  const std::unique_ptr<evp_md_ctx_st, Free> copy(library().context_new());
  Digest digest{};
  unsigned length = 0;
  if (!copy || library().context_copy(copy.get(), context_.get()) != 1 ||
      library().digest_final(copy.get(), digest.data(), &length) != 1) {
    throw Error("OpenSSL cannot compute a SHA-256", "check the installation of libssl3");
  }
  return digest;
}

}  // namespace nutricount::crypto
