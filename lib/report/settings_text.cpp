#include "report/settings_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace nutricount::report {

std::string settings_text(const config::Loaded& loaded) {
  std::size_t width = 0;
  for (const auto& one : loaded.origins) {
    width = std::max(width, one.key.size() + 3 + one.value.size());
  }
  std::string out;
  for (const auto& one : loaded.origins) {
    out += fmt::format("{:<{}}  # {}\n", fmt::format("{} = {}", one.key, one.value), width,
                       one.origin);
  }
  return out;
}

std::string settings_json(const config::Loaded& loaded) {
  nlohmann::ordered_json out;
  for (const auto& one : loaded.origins) {
    // What TOML a value is written in is JSON as well: see config's to_toml.
    out[one.key] = {{"value", nlohmann::ordered_json::parse(one.value, nullptr, false)},
                    {"origin", one.origin}};
  }
  return out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace nutricount::report
