#include "report/screen.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

namespace nutricount::report {
namespace {
constexpr std::string_view kClearLine = "\r\x1b[K";

bool within(char c, char low, char high) { return c >= low && c <= high; }

/// Where a control sequence (ECMA-48: ESC [, parameters, a final byte) that begins at `at` ends;
/// `at` itself where none begins there.
std::size_t end_of_sequence(std::string_view text, std::size_t at) {
  if (text.substr(at, 2) != "\x1b[") return at;
  std::size_t end = at + 2;
  while (end < text.size() && within(text[end], 0x20, 0x3f)) ++end;
  return end < text.size() && within(text[end], 0x40, 0x7e) ? end + 1 : end;
}

bool has_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    const std::string_view text(value);
    return text.find("UTF-8") != text.npos || text.find("utf8") != text.npos;
  }
  return false;
}

bool wants_color(Color color, bool terminal) {
  if (color != Color::kAuto) return color == Color::kAlways;
  const char* no_color = std::getenv("NO_COLOR");  // https://no-color.org
  return terminal && (no_color == nullptr || *no_color == '\0');
}
}  // namespace

std::string plain(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (const std::size_t end = end_of_sequence(text, at); end > at) {
      at = end;
      continue;
    }
    const char c = text[at++];
    // U+0080 to U+009F, the other half of the control characters.
    const bool high = c == '\xc2' && at < text.size() && within(text[at], '\x80', '\x9f');
    if (high) ++at;
    if (c == '\n' || c == '\r') {
      out += ' ';
    } else if (high || c == 0x7f || (within(c, 0, 0x1f) && c != '\t')) {
      out += '?';
    } else {
      out += c;
    }
  }
  return out;
}

void put(std::FILE* file, std::string_view text) noexcept {
  std::fwrite(text.data(), 1, text.size(), file);
  std::fflush(file);
}

Screen::Screen(std::FILE* file, Color color)
    : file_(file),
      terminal_(isatty(fileno(file)) == 1),
      color_(wants_color(color, terminal_)),
      symbols_(terminal_ && has_utf8()) {}

std::string Screen::painted(std::string_view code, std::string_view text) const {
  return color_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

void Screen::end_live() noexcept {
  if (live_) put(file_, kClearLine);
  live_ = false;
}

Screen::~Screen() { end_live(); }

void Screen::line(std::string_view text) {
  end_live();
  put(file_, plain(text) + "\n");
}

void Screen::line(std::string_view painted_mark, std::string_view text) {
  end_live();
  put(file_, fmt::format("{} {}\n", painted_mark, plain(text)));
}

void Screen::live(std::string_view text) {
  if (!terminal_) return;
  put(file_, fmt::format("{}{}", kClearLine, plain(text)));
  live_ = true;
}

}  // namespace nutricount::report
