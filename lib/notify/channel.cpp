#include "notify/channel.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "http/post.hpp"
#include "model/health.hpp"
#include "notify/payload.hpp"
#include "os/file.hpp"
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

fs::path file_of(const Kind& kind, const config::Notify& settings) {
  if (!(settings.*kind.file).empty()) return settings.*kind.file;
  const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
  if (directory == nullptr || *directory == '\0') return {};
  fs::path credential = fs::path(directory) / fmt::format("{}-url", kind.name);
  return os::look_at(credential) ? credential : fs::path();
}

/// The address is a secret: it goes over TLS, or stays on this machine.
void check(const Secret& url, const Kind& kind, const fs::path& path) {
  const auto& text = url.reveal();
  if (text.starts_with("https://") || http::is_local(text)) return;
  throw usage_error(fmt::format("{} {} does not hold an https address", kind.key, path.string()),
                    "write the webhook's address into it, as it was given: https://…");
}

nlohmann::json payload(const std::string& channel, const Alert& alert) {
  if (channel == "slack") return slack(alert);
  return channel == "discord" ? discord(alert) : to_json(alert);
}
}  // namespace

bool is_configured(const config::Notify& settings) {
  for (const auto& kind : kKinds) {
    if (!file_of(kind, settings).empty()) return true;
  }
  return false;
}

std::vector<Channel> channels(const config::Notify& settings) {
  std::vector<Channel> found;
  for (const auto& kind : kKinds) {
    const fs::path path = file_of(kind, settings);
    if (path.empty()) continue;
    Channel channel{kind.name, os::read_secret(path, kind.key, "the webhook's address")};
    check(channel.url, kind, path);
    found.push_back(std::move(channel));
  }
  return found;
}

std::string send(const Channel& channel, const Alert& alert, Milliseconds timeout) {
  const std::string body =
      payload(channel.name, alert).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  const auto reply = http::post_json(channel.url, body, timeout);
  if (!reply.error.empty()) return reply.error;
  return reply.status >= 200 && reply.status < 300 ? "" : fmt::format("HTTP {}", reply.status);
}

}  // namespace nutricount::notify
