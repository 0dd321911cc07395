#include "report/screen.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "base/printable.hpp"

namespace nutricount::report {
namespace {
constexpr std::string_view kClearLine = "\r\x1b[K";

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
  put(file_, printable(text) + "\n");
}

void Screen::line(std::string_view painted_mark, std::string_view text) {
  end_live();
  put(file_, fmt::format("{} {}\n", painted_mark, printable(text)));
}

void Screen::live(std::string_view text) {
  if (!terminal_) return;
  put(file_, fmt::format("{}{}", kClearLine, printable(text)));
  live_ = true;
}

}  // namespace nutricount::report
