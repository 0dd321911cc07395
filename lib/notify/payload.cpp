#include "notify/payload.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/printable.hpp"

namespace nutricount::notify {
using nlohmann::json;
namespace {
// Characters, by the documents of both; a byte is never more than one.
constexpr std::size_t kReason = 1000;    // beside commands; escaped it may take twice as much
constexpr std::size_t kSlackText = 800;  // escaped at most five times as much: 4,000
constexpr std::size_t kSlackHeader = 150;
constexpr std::size_t kSlackSection = 3000;
constexpr std::size_t kSlackField = 2000;
constexpr std::size_t kSlackFields = 10;
constexpr std::size_t kDiscordTitle = 256;
constexpr std::size_t kDiscordText = 4096;
constexpr std::size_t kDiscordCode = 1500;
constexpr std::size_t kDiscordField = 1024;
constexpr std::size_t kDiscordFields = 25;

const char* symbol_of(Event event) {
  switch (event) {
    case Event::kSucceeded:
    case Event::kRecovered:
      return "✅";
    case Event::kRolledBack:
      return "↩️";
    case Event::kFailed:
    case Event::kDown:
      break;
  }
  return "❌";
}

int color_of(Event event) {
  constexpr int kGreen = 0x2eb67d;
  constexpr int kYellow = 0xecb22e;
  constexpr int kRed = 0xe01e5a;
  if (event == Event::kSucceeded || event == Event::kRecovered) return kGreen;
  return event == Event::kRolledBack ? kYellow : kRed;
}

std::string with_symbol(const Alert& alert) {
  return fmt::format("{} {}", symbol_of(alert.event), headline(alert));
}

/// What to know. A long reason leaves commands their room.
std::string reason_of(const Alert& alert) {
  if (alert.commands.empty()) return alert.text;
  return fmt::format("{}{}Run:", beginning(alert.text, kReason), alert.text.empty() ? "" : "\n");
}

/// What to know and what to run.
std::string body_of(const Alert& alert) {
  std::string reason = reason_of(alert);
  if (alert.commands.empty()) return reason;
  return fmt::format("{}\n{}", reason, fmt::join(alert.commands, "\n"));
}

json plain(const std::string& text, std::size_t most) {
  return {{"type", "plain_text"}, {"text", beginning(text, most)}, {"emoji", false}};
}

/// Discord's Markdown, shown as it is. Neither a character nor an escape is cut in two.
std::string escaped_for_discord(const std::string& text, std::size_t most) {
  constexpr std::string_view kMarks = "\\*_~`|>#[]()-<:@";
  std::string out;
  std::size_t whole = 0;  // where the last character began
  for (const char c : text) {
    const bool mark = kMarks.find(c) != kMarks.npos;
    if ((static_cast<unsigned char>(c) & 0xc0U) != 0x80U) whole = out.size();
    if (out.size() + (mark ? 2 : 1) > most) return out.substr(0, whole);
    if (mark) out += '\\';
    out += c;
  }
  return out;
}

/// What to know, and what to run as code: there it is shown, and copied, as it is.
std::string description_for_discord(const Alert& alert) {
  std::string reason = escaped_for_discord(reason_of(alert), kDiscordText);
  if (alert.commands.empty()) return reason;
  std::string code = beginning(fmt::format("{}", fmt::join(alert.commands, "\n")), kDiscordCode);
  std::replace(code.begin(), code.end(), '`', '\'');  // three would end it
  return fmt::format("{}\n```\n{}\n```", reason, code);
}
}  // namespace

std::string headline(const Alert& alert) {
  return fmt::format("{} on {}: {}", alert.application, alert.host, alert.title);
}

json slack(const Alert& alert) {
  json blocks = json::array();
  blocks.push_back({{"type", "header"}, {"text", plain(with_symbol(alert), kSlackHeader)}});
  if (const std::string body = body_of(alert); !body.empty()) {
    blocks.push_back({{"type", "section"}, {"text", plain(body, kSlackSection)}});
  }
  json fields = json::array();
  for (const auto& [name, value] : alert.facts) {
    if (fields.size() == kSlackFields) break;
    fields.push_back(plain(fmt::format("{}\n{}", name, value), kSlackField));
  }
  if (!fields.empty()) blocks.push_back({{"type", "section"}, {"fields", std::move(fields)}});
  // Slack reads &, < and > in "text" as its own.
  const std::string text = with_entities(beginning(with_symbol(alert), kSlackText));
  return {{"text", text}, {"blocks", std::move(blocks)}};
}

json discord(const Alert& alert) {
  json embed{{"title", escaped_for_discord(with_symbol(alert), kDiscordTitle)},
             {"color", color_of(alert.event)},
             {"timestamp", to_utc(alert.time)}};
  if (std::string text = description_for_discord(alert); !text.empty()) {
    embed["description"] = std::move(text);
  }
  json fields = json::array();
  for (const auto& [name, value] : alert.facts) {
    if (fields.size() == kDiscordFields) break;
    fields.push_back(
        {{"name", name}, {"value", escaped_for_discord(value, kDiscordField)}, {"inline", true}});
  }
  if (!fields.empty()) embed["fields"] = std::move(fields);
  return {{"embeds", json::array({std::move(embed)})},
          {"allowed_mentions", {{"parse", json::array()}}}};
}

}  // namespace nutricount::notify
