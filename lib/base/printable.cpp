#include "base/printable.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nutricount {
namespace {
unsigned byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}

bool continues(std::string_view text, std::size_t at) {
  return (byte_at(text, at) & 0xc0U) == 0x80U;
}

/// Bytes of the UTF-8 character that begins the text (RFC 3629); 0 where it is none.
std::size_t character(std::string_view text) {
  const unsigned first = byte_at(text, 0);
  const unsigned second = byte_at(text, 1);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4 || !continues(text, 1)) return 0;
  if (first < 0xe0) return 2;
  if (!continues(text, 2)) return 0;
  const bool overlong = first == 0xe0 && second < 0xa0;
  const bool surrogate = first == 0xed && second > 0x9f;
  if (first < 0xf0) return overlong || surrogate ? 0 : 3;
  const bool outside = (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f);
  return outside || !continues(text, 3) ? 0 : 4;
}

/// Whether that is U+0000 to U+001F, or U+007F to U+009F.
bool begins_with_control(std::string_view text) {
  const unsigned first = byte_at(text, 0);
  return first < 0x20 || first == 0x7f || (first == 0xc2 && byte_at(text, 1) < 0xa0);
}

std::size_t printable_character(std::string_view text) {
  return begins_with_control(text) ? 0 : character(text);
}
}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = character(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

bool is_printable(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = printable_character(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string printable(std::string_view text) {
  constexpr std::size_t kLongest = 2000;
  std::string out;
  while (!text.empty()) {
    if (out.size() >= kLongest) return out + "…";
    const std::size_t length = printable_character(text);
    if (length > 0 || text.front() == '\t') {
      out += text.substr(0, std::max<std::size_t>(length, 1));
    } else if (text.front() == '\n') {
      out += "\\n";
    } else {
      out += fmt::format("\\x{:02x}", byte_at(text, 0));
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

std::string with_entities(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string beginning(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0U) == 0x80U) --most;
  return std::string(text.substr(0, most));
}

}  // namespace nutricount
