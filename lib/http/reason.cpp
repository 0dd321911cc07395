#include "http/reason.hpp"

#include <fmt/format.h>

#include <cctype>
#include <system_error>

#include "base/quantity.hpp"

namespace nutricount::http {

std::string timed_out(Phase phase, Milliseconds timeout) {
  const auto limit = format_duration(timeout);
  switch (phase) {
    case Phase::kConnection:
      return fmt::format("no connection within {}", limit);
    case Phase::kHeader:
      return fmt::format("no answer within {}", limit);
    case Phase::kBody:
      break;
  }
  return fmt::format("the answer was not complete within {}", limit);
}

std::string too_long() {
  return fmt::format("the body is longer than {}", format_bytes(kBodyLimit));
}

std::string in_words(int error_number) {
  std::string words = std::generic_category().message(error_number);
  if (!words.empty())
    words[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(words[0])));
  return words;
}

}  // namespace nutricount::http
