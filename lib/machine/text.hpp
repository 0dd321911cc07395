// Text of /proc and /sys: lines of words and numbers. What is not there, or not as expected, is
// nothing: no kernel offers everything.
#pragma once

#include <charconv>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nutricount::machine {

/// A whole file; nothing where it cannot be read (a sensor that is off answers with an error).
[[nodiscard]] std::optional<std::string> read_text(const std::filesystem::path& path);

[[nodiscard]] std::vector<std::string_view> lines_of(std::string_view text);
[[nodiscard]] std::vector<std::string_view> words_of(std::string_view line);

/// The number that a word is, as a whole; nothing for any other word.
template <class Number, class... Base>
[[nodiscard]] std::optional<Number> number_in(std::string_view word, Base... base) {
  Number number{};
  const auto [end, error] =
      std::from_chars(word.data(), word.data() + word.size(), number, base...);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return number;
}

}  // namespace nutricount::machine
