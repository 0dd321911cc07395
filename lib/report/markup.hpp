// HTML in which every text is escaped: what comes from outside - a commit's subject, a path - can
// show itself and do nothing else.
#pragma once

#include <fmt/format.h>

#include <concepts>
#include <string>
#include <string_view>
#include <utility>

namespace nutricount::report {

/// Text that is markup already.
struct Markup {
  std::string text;

  Markup& operator+=(const Markup& more) {
    text += more.text;
    return *this;
  }
};

/// One line of text as it may stand in an element and in a quoted attribute.
[[nodiscard]] std::string escaped_html(std::string_view text);

[[nodiscard]] inline const std::string& in_markup(const Markup& one) { return one.text; }
[[nodiscard]] inline std::string in_markup(std::string_view text) { return escaped_html(text); }
template <class Number>
requires(std::integral<Number> || std::floating_point<Number>) [[nodiscard]] Number
    in_markup(Number number) {
  return number;
}

/// fmt::format of markup: numbers and markup as they are, all else escaped.
template <class... Values>
[[nodiscard]] Markup markup(std::string_view format, const Values&... values) {
  return {fmt::format(fmt::runtime(format), in_markup(values)...)};
}

}  // namespace nutricount::report
