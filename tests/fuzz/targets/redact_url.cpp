// Addresses with credentials in them. An input has up to five lines: scheme, user, password, the
// rest from the host on, query. Credentials are put into capitals and all else into small letters:
// then no capital may be left.
#include <algorithm>
#include <array>
#include <sstream>

#include "base/secret.hpp"
#include "fuzz.hpp"

using namespace nutricount;
using namespace nutricount::fuzz;

namespace {
std::string upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

bool has_upper(const std::string& text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

void check(const std::string& url) {
  const std::string shown = redact_url(url);
  if (has_upper(shown)) std::fprintf(stderr, "%s -> %s\n", url.c_str(), shown.c_str());
  demand(!has_upper(shown), "nothing of the credentials is shown");
  demand(redact_url(shown) == shown, "once is enough");
  if (url.find("://") == std::string::npos) return;
  const std::string said = redact_message("malformed url '" + url + "'");
  demand(said.starts_with("malformed url '"), "what was wrong is shown");
  demand(!has_upper(said) || url.find('@') == std::string::npos, "nor in a library's words");
}
}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = text_of(data, size);
  demand(redact_url(redact_url(text)) == redact_url(text), "once is enough");
  std::istringstream lines(text);
  std::array<std::string, 5> part;
  for (auto& one : part) std::getline(lines, one);
  const auto& [scheme, user, password, rest, query] = part;
  const bool is_scheme = !scheme.empty() && std::isalpha(static_cast<unsigned char>(scheme[0])) &&
                         std::all_of(scheme.begin(), scheme.end(), [](unsigned char c) {
                           return std::isalnum(c) != 0 || c == '+' || c == '-' || c == '.';
                         });
  if (is_scheme) {
    const std::string start = lower(scheme) + "://";
    check(start + upper(user) + ":" + upper(password) + "@" + lower(rest));
    check(start + upper(user) + "@" + lower(rest));
    if (rest.find_first_of("?#") == std::string::npos) {
      check(start + lower(rest) + "?" + upper(query));
    }
  }
  // Without a scheme the user is ssh's and no secret, but a password is one.
  check(lower(user) + ":" + upper(password) + "@" + lower(rest));
  return 0;
}
