#include "model/health.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/json_text.hpp"
#include "base/printable.hpp"
#include "base/secret.hpp"

namespace nutricount::model {
namespace {
/// The beginning of a text, on one line.
std::string beginning(const std::string& text) {
  constexpr std::size_t kMost = 80;
  return nutricount::beginning(printable(text), kMost);
}

/// "HTTP 503", "HTTP 301 to https://…".
std::string status_in_words(const Reply& reply) {
  const bool redirect = reply.status >= 300 && reply.status < 400 && !reply.location.empty();
  if (!redirect) return fmt::format("HTTP {}", reply.status);
  return fmt::format("HTTP {} to {}", reply.status, beginning(redact_url(reply.location)));
}

bool calls_itself_json(const std::string& type) {
  const std::string media = type.substr(0, type.find(';'));
  return media == "application/json" || media.ends_with("+json");
}
}  // namespace

Verdict judge(const Reply& reply) {
  if (!reply.error.empty()) return {false, reply.error};
  if (reply.status != 200) return {false, status_in_words(reply)};
  const auto json = nlohmann::json::parse(reply.body, nullptr, false);
  if (json.is_discarded() && calls_itself_json(reply.content_type)) {
    return {false, fmt::format("the body is not JSON: {}", beginning(reply.body))};
  }
  if (!json.is_object() || !json.contains("status")) return {true, "200"};
  const auto& said = json["status"];
  if (said == "healthy") return {true, "200 healthy"};
  std::string text = said.is_string() ? said.get<std::string>() : "";
  if (!said.is_string())
    text = is_nested_deeply(reply.body) ? "lists in lists in lists" : said.dump();
  return {false, fmt::format("the body says {}", beginning(text))};
}

}  // namespace nutricount::model
