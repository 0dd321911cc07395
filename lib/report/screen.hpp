// Where text goes, and what it may look like there.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

#include "report/observers.hpp"

namespace nutricount::report {

/// Writes and flushes. What cannot be written is dropped: a pipe that nobody reads any more, or a
/// full disk, must not fail a deployment.
void put(std::FILE* file, std::string_view text) noexcept;

class Screen {
 public:
  Screen(std::FILE* file, Color color);
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;
  /// Ends a live line.
  ~Screen();

  [[nodiscard]] bool is_terminal() const { return terminal_; }
  /// A whole line, made printable; ends a live line first.
  void line(std::string_view text);
  /// The same behind a mark, which may be painted.
  void line(std::string_view painted_mark, std::string_view text);
  /// A line that the next one replaces; nothing where this is not a terminal.
  void live(std::string_view text);

  [[nodiscard]] std::string good(std::string_view text) const { return painted("32", text); }
  [[nodiscard]] std::string bad(std::string_view text) const { return painted("31", text); }
  [[nodiscard]] std::string faint(std::string_view text) const { return painted("2", text); }
  /// Symbols only on a terminal that can show them.
  [[nodiscard]] std::string_view mark(std::string_view symbol, std::string_view word) const {
    return symbols_ ? symbol : word;
  }

 private:
  [[nodiscard]] std::string painted(std::string_view code, std::string_view text) const;
  void end_live() noexcept;
  std::FILE* file_;
  bool terminal_;
  bool color_;
  bool symbols_;
  bool live_ = false;
};

}  // namespace nutricount::report
