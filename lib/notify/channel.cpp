#include "notify/channel.hpp"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "http/post.hpp"
#include "model/health.hpp"
#include "notify/payload.hpp"
#include "os/secret_file.hpp"

namespace nutricount::notify {
namespace fs = std::filesystem;
namespace {
struct Kind {
  const char* name;
  const char* key;
  const fs::path config::Notify::*file;
};
constexpr std::array<Kind, 3> kKinds{{
    {"slack", "notify.slack_url_file", &config::Notify::slack_url_file},
    {"discord", "notify.discord_url_file", &config::Notify::discord_url_file},
    {"json", "notify.json_url_file", &config::Notify::json_url_file},
}};

fs::path credential_of(const Kind& kind) {
  return os::credential(fmt::format("{}-url", kind.name));
}

bool is_configured(const Kind& kind, const config::Notify& settings) {
  return !(settings.*kind.file).empty() || !credential_of(kind).empty();
}

/// The address is a secret: it goes over TLS, or stays on this machine.
Secret read_url(const Kind& kind, const config::Notify& settings) {
  constexpr const char* kWhat = "the webhook's address";
  const fs::path& named = settings.*kind.file;
  const fs::path path = named.empty() ? credential_of(kind) : named;
  Secret url =
      named.empty() ? os::read_credential(path, kWhat) : os::read_secret(path, kind.key, kWhat);
  if (url.reveal().starts_with("https://") || http::is_local(url.reveal())) return url;
  throw usage_error(fmt::format("{} {} does not hold an https address", kind.key, path.string()),
                    "write the webhook's address into it, as it was given: https://…");
}

bool is_refusal(int status) {
  constexpr int kRequestTimeout = 408;
  constexpr int kTooManyRequests = 429;
  return status >= 300 && status < 500 && status != kRequestTimeout && status != kTooManyRequests;
}

nlohmann::json payload(const std::string& channel, const Alert& alert) {
  if (channel == "slack") return slack(alert);
  return channel == "discord" ? discord(alert) : to_json(alert);
}
}  // namespace

bool is_configured(const config::Notify& settings) {
  for (const auto& kind : kKinds) {
    if (is_configured(kind, settings)) return true;
  }
  return false;
}

std::vector<Channel> channels(const config::Notify& settings) {
  std::vector<Channel> found;
  for (const auto& kind : kKinds) {
    if (!is_configured(kind, settings)) continue;
    Channel channel{.name = kind.name, .url = {}, .fault = {}};
    try {
      channel.url = read_url(kind, settings);
    } catch (const Error& error) {
      channel.fault = fmt::format("{}; {}", error.what(), error.hint());
    }
    found.push_back(std::move(channel));
  }
  return found;
}

Sent send(const Channel& channel, const Alert& alert, Milliseconds timeout) {
  const std::string body =
      payload(channel.name, alert).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  const auto reply = http::post_json(channel.url, body, timeout);
  if (!reply.error.empty()) return {.why = reply.error};
  if (reply.status >= 200 && reply.status < 300) return {.why = {}};
  constexpr int kBadRequest = 400;
  constexpr int kTooLarge = 413;
  return {.why = fmt::format("HTTP {}", reply.status),
          .refused = is_refusal(reply.status),
          .dislikes_alert = reply.status == kBadRequest || reply.status == kTooLarge};
}

}  // namespace nutricount::notify
