#include "os/error_text.hpp"

#include <nlohmann/json.hpp>

namespace nutricount::os {
using nlohmann::json;

std::string as_text(const Error& error) {
  return json{{"message", error.what()},
              {"hint", error.hint()},
              {"status", static_cast<int>(error.status())}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

Error from_text(const std::string& text) {
  const json value = json::parse(text);
  return Error(value.at("message"), value.at("hint"),
               static_cast<ExitStatus>(value.at("status").get<int>()));
}

}  // namespace nutricount::os
