#include "crypto/webhook_secret.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "base/error.hpp"
#include "os/secret_file.hpp"

namespace nutricount::crypto {
namespace fs = std::filesystem;
namespace {
constexpr const char* kWhat = "the webhook's secret";
constexpr const char* kVariable = "WEBHOOK_SECRET";

struct Found {
  Secret secret;
  std::string place;
};

Found find(const fs::path& file) {
  if (!file.empty()) {
    return {os::read_secret(file, "--secret-file", kWhat), "--secret-file " + file.string()};
  }
  if (const auto credential = os::credential("webhook-secret"); !credential.empty()) {
    return {os::read_credential(credential, kWhat), "the credential " + credential.string()};
  }
  if (const char* value = std::getenv(kVariable)) return {Secret(value), kVariable};
  throw usage_error("there is no secret of the webhook",
                    "name its file with --secret-file, give the unit the credential "
                    "webhook-secret, or set WEBHOOK_SECRET");
}
}  // namespace

Secret read_webhook_secret(const fs::path& file, std::size_t least) {
  auto [secret, place] = find(file);
  if (secret.empty()) {
    throw usage_error(fmt::format("{} is empty", place), fmt::format("put {} there", kWhat));
  }
  if (secret.reveal().size() < least) {
    throw usage_error(fmt::format("{} holds a secret of fewer than {} bytes", place, least),
                      "make one with openssl rand -hex 32, and give it to GitHub, too");
  }
  return std::move(secret);
}

}  // namespace nutricount::crypto
