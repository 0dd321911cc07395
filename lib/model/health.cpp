#include "model/health.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace nutricount::model {

Verdict judge(int status, const std::string& body, const std::string& error) {
  if (!error.empty()) return {false, error};
  if (status != 200) return {false, fmt::format("HTTP {}", status)};
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (!json.is_object() || !json.contains("status")) return {true, "200"};
  const auto& said = json["status"];
  if (said == "healthy") return {true, "200 healthy"};
  const std::string text = said.is_string() ? said.get<std::string>() : said.dump(-1, ' ', true);
  return {false, fmt::format("the body says {}", text.substr(0, 80))};
}

}  // namespace nutricount::model
