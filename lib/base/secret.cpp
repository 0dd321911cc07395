#include "base/secret.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace nutricount {
namespace {
// Instead of an address, where nobody can tell which part of it is secret.
constexpr const char* kHidden = "…";

/// RFC 3986: a letter, then letters, digits, "+", "-", ".".
bool is_scheme(std::string_view text) {
  return !text.empty() && std::isalpha(static_cast<unsigned char>(text.front())) != 0 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '+' || c == '-' || c == '.';
         });
}

/// A path, or [user@]host:path as ssh has it: a colon before an @ may begin a password.
std::string redact_plain(const std::string& text) {
  const auto at = text.rfind('@');
  const bool doubtful = at != std::string::npos && text.find(':') < at;
  return doubtful ? kHidden : text;
}
}  // namespace

std::string redact_url(const std::string& url) {
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string::npos || !is_scheme(std::string_view(url).substr(0, scheme_end))) {
    return redact_plain(url);
  }
  const auto authority = scheme_end + 3;
  const std::string scheme = url.substr(0, authority);
  const auto end = std::min(url.find_first_of("/?#\\", authority), url.size());
  const auto at = url.rfind('@');
  if (at != std::string::npos && at > end) return scheme + kHidden;  // a password with a slash?
  const bool has_user = at != std::string::npos && at >= authority;
  const std::string shown = url.substr(has_user ? at + 1 : authority);
  return scheme + shown.substr(0, shown.find_first_of("?#"));
}

std::string redact_message(const std::string& message) {
  const auto scheme_end = message.find("://");
  const auto at = message.find('@');
  if (scheme_end == std::string::npos || at == std::string::npos) return message;
  const auto inside = std::min(scheme_end, at);
  auto before = message.find_first_of("'\"");
  if (before > inside) before = message.find_last_of(" \t", inside);
  return message.substr(0, before == std::string::npos ? 0 : before + 1) + kHidden;
}

}  // namespace nutricount
