#include "crypto/libcrypto.hpp"

#include "os/library.hpp"

namespace nutricount::crypto {
namespace {
Library load() {
  // Since Debian 13 the package is libssl3t64; where time_t had 64 bits before, apt-get finds it by
  // this name as well.
  const os::Library file("libcrypto.so.3", "libssl3");
  Library loaded{};
  file.find("CRYPTO_memcmp", loaded.memcmp);
  file.find("EVP_DigestFinal_ex", loaded.digest_final);
  file.find("EVP_DigestInit_ex", loaded.digest_init);
  file.find("EVP_DigestUpdate", loaded.digest_update);
  file.find("EVP_MAC_CTX_dup", loaded.mac_context_dup);
  file.find("EVP_MAC_CTX_free", loaded.mac_context_free);
  file.find("EVP_MAC_CTX_new", loaded.mac_context_new);
  file.find("EVP_MAC_fetch", loaded.mac_fetch);
  file.find("EVP_MAC_final", loaded.mac_final);
  file.find("EVP_MAC_init", loaded.mac_init);
  file.find("EVP_MAC_update", loaded.mac_update);
  file.find("EVP_MD_CTX_copy_ex", loaded.context_copy);
  file.find("EVP_MD_CTX_free", loaded.context_free);
  file.find("EVP_MD_CTX_new", loaded.context_new);
  file.find("EVP_sha256", loaded.sha256);
  file.find("OSSL_PARAM_construct_end", loaded.no_parameter);
  file.find("OSSL_PARAM_construct_utf8_string", loaded.text_parameter);
  return loaded;
}
}  // namespace

const Library& library() {
  static const Library loaded = load();
  return loaded;
}

}  // namespace nutricount::crypto
