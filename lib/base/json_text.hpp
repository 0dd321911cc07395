// JSON that comes from outside: from a file that may be damaged, from a child that is not trusted.
#pragma once

#include <concepts>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace nutricount {

/// Whether JSON is nested deeper than 100: the library copies and prints recursively, and would run
/// out of stack.
[[nodiscard]] bool is_nested_deeply(std::string_view text);

/// Throws Error for what is not JSON, and for what is nested deeply.
[[nodiscard]] nlohmann::json parse_json(std::string_view text);

/// A whole number that fits; throws Error for anything else. The library's own get<int>() takes
/// 1e300 and true for one as well.
template <std::integral Number>
[[nodiscard]] Number whole_number(const nlohmann::json& value) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (std::in_range<Number>(number)) return static_cast<Number>(number);
  } else if (value.is_number_integer()) {
    const auto number = value.get<std::int64_t>();
    if (std::in_range<Number>(number)) return static_cast<Number>(number);
  }
  throw Error("a number is wrong");
}

/// The moment that to_utc() wrote; throws Error for anything else.
[[nodiscard]] Timestamp time_from(const nlohmann::json& value);

/// The value itself where it is an array; throws Error where not. A loop over any other value is no
/// error to the library.
[[nodiscard]] const nlohmann::json& array_in(const nlohmann::json& value);

/// What `read` makes of a text's JSON. Whatever is wrong with it, an Error says so of `what`.
template <class Read>
[[nodiscard]] auto read_json(std::string_view text, const std::string& what, Read&& read) {
  try {
    return read(parse_json(text));
  } catch (const std::exception& cause) {
    throw Error(what + " cannot be understood: " + cause.what(), "run the command again");
  }
}

}  // namespace nutricount
