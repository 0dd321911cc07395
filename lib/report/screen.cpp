#include "report/screen.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

namespace nutricount::report {
namespace {
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

Screen::Screen(std::FILE* file, Color color)
    : file_(file),
      terminal_(isatty(fileno(file)) == 1),
      color_(wants_color(color, terminal_)),
      symbols_(terminal_ && has_utf8()) {}

std::string Screen::painted(std::string_view code, std::string_view text) const {
  return color_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

void Screen::line(std::string_view text) {
  if (live_) fmt::print(file_, "\r\x1b[K");
  live_ = false;
  fmt::print(file_, "{}\n", text);
  std::fflush(file_);
}

void Screen::live(std::string_view text) {
  if (!terminal_) return;
  fmt::print(file_, "\r\x1b[K{}", text);
  std::fflush(file_);
  live_ = true;
}

}  // namespace nutricount::report
