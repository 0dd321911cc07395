#include "os/error_text.hpp"

#include "base/json_text.hpp"

namespace nutricount::os {
using nlohmann::json;
namespace {
ExitStatus status_from(const json& value) {
  const auto status = static_cast<ExitStatus>(whole_number<int>(value));
  switch (status) {
    case ExitStatus::kNo:
    case ExitStatus::kUsage:
    case ExitStatus::kHandsNeeded:
    case ExitStatus::kLocked:
    case ExitStatus::kInterrupted:
    case ExitStatus::kTerminated:
      return status;
    case ExitStatus::kDone:
      break;
  }
  throw Error("no error has this exit status");
}
}  // namespace

std::string as_text(const Error& error) {
  return json{{"message", error.what()},
              {"hint", error.hint()},
              {"status", static_cast<int>(error.status())}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

Error from_text(const std::string& text) {
  return read_json(text, "the error of a child process", [](const json& value) {
    return Error(value.at("message"), value.at("hint"), status_from(value.at("status")));
  });
}

}  // namespace nutricount::os
