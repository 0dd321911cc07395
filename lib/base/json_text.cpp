#include "base/json_text.hpp"

namespace nutricount {

bool is_nested_deeply(std::string_view text) {
  constexpr std::size_t kDeepest = 100;
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string && c == '\\') ++i;
    if (c == '"') in_string = !in_string;
    if (in_string) continue;
    if ((c == '[' || c == '{') && ++depth > kDeepest) return true;
    if ((c == ']' || c == '}') && depth > 0) --depth;
  }
  return false;
}

nlohmann::json parse_json(std::string_view text) {
  if (is_nested_deeply(text)) throw Error("it is nested too deeply");
  auto value = nlohmann::json::parse(text, nullptr, false);
  if (value.is_discarded()) throw Error("it is not JSON");
  return value;
}

Timestamp time_from(const nlohmann::json& value) {
  const auto time = value.is_string() ? from_utc(value.get<std::string>()) : std::nullopt;
  if (!time) throw Error("a time is wrong");
  return *time;
}

const nlohmann::json& array_in(const nlohmann::json& value) {
  if (!value.is_array()) throw Error("a list is wrong");
  return value;
}

}  // namespace nutricount
