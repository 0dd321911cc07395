// libcrypto of OpenSSL, loaded when the first hash is computed: linked, it would take 4 ms of every
// start.
#pragma once

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

namespace nutricount::crypto {

/// The functions of libcrypto that are used here, under their own names.
struct Library {
  decltype(&CRYPTO_memcmp) memcmp;
  decltype(&EVP_DigestFinal_ex) digest_final;
  decltype(&EVP_DigestInit_ex) digest_init;
  decltype(&EVP_DigestUpdate) digest_update;
  decltype(&EVP_MAC_CTX_dup) mac_context_dup;
  decltype(&EVP_MAC_CTX_free) mac_context_free;
  decltype(&EVP_MAC_CTX_new) mac_context_new;
  decltype(&EVP_MAC_fetch) mac_fetch;
  decltype(&EVP_MAC_final) mac_final;
  decltype(&EVP_MAC_init) mac_init;
  decltype(&EVP_MAC_update) mac_update;
  decltype(&EVP_MD_CTX_copy_ex) context_copy;
  decltype(&EVP_MD_CTX_free) context_free;
  decltype(&EVP_MD_CTX_new) context_new;
  decltype(&EVP_sha256) sha256;
  decltype(&OSSL_PARAM_construct_end) no_parameter;
  decltype(&OSSL_PARAM_construct_utf8_string) text_parameter;
};

/// Loads it at the first call, from any thread. Throws Error where it is not installed.
[[nodiscard]] const Library& library();

}  // namespace nutricount::crypto
