#include "model/health.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/json_text.hpp"
#include "base/printable.hpp"

namespace nutricount::model {
namespace {
/// The beginning of a text, on one line.
std::string beginning(const std::string& text) {
  std::size_t most = 80;
  std::string shown = printable(text);
  if (shown.size() <= most) return shown;
  while ((static_cast<unsigned char>(shown[most]) & 0xc0U) == 0x80U) --most;  // a whole character
  return shown.substr(0, most);
}
}  // namespace

Verdict judge(int status, const std::string& body, const std::string& error) {
  if (!error.empty()) return {false, error};
  if (status != 200) return {false, fmt::format("HTTP {}", status)};
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (!json.is_object() || !json.contains("status")) return {true, "200"};
  const auto& said = json["status"];
  if (said == "healthy") return {true, "200 healthy"};
  std::string text = said.is_string() ? said.get<std::string>() : "";
  if (!said.is_string()) text = is_nested_deeply(body) ? "lists in lists in lists" : said.dump();
  return {false, fmt::format("the body says {}", beginning(text))};
}

}  // namespace nutricount::model
