#include "config/key_makers.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/quantity.hpp"

namespace nutricount::config {

Key text(std::string name, std::string fallback, Store<std::string> store, Check check) {
  return {
      std::move(name), std::move(fallback),
      [store = std::move(store), check = std::move(check)](Settings& settings, const Value& value) {
        const auto& given = std::get<std::string>(value);
        std::string wrong = check(given);
        if (wrong.empty()) store(settings, given);
        return wrong;
      }};
}

Key list(std::string name, Strings fallback, Store<Strings> store, Check check_each,
         bool may_be_empty) {
  return {std::move(name), std::move(fallback),
          [store = std::move(store), check_each = std::move(check_each), may_be_empty](
              Settings& settings, const Value& value) -> std::string {
            const auto& given = std::get<Strings>(value);
            if (given.empty() && !may_be_empty) return "must not be empty";
            for (const auto& one : given) {
              if (auto wrong = check_each(one); !wrong.empty()) {
                return fmt::format("has \"{}\", which {}", one, wrong);
              }
            }
            store(settings, given);
            return {};
          }};
}

Key command(std::string name, Strings fallback, Store<Strings> store, bool may_be_empty) {
  Key key = list(std::move(name), std::move(fallback), std::move(store), is_argument, may_be_empty);
  key.set = [set = std::move(key.set)](Settings& settings, const Value& value) -> std::string {
    const auto& given = std::get<Strings>(value);
    if (!given.empty() && given.front().empty()) return "must begin with a program";
    return set(settings, value);
  };
  return key;
}

std::filesystem::path without_slash(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

Key number(std::string name, std::int64_t fallback, std::int64_t low, std::int64_t high,
           Store<int> store) {
  return {
      std::move(name), fallback,
      [store = std::move(store), low, high](Settings& settings, const Value& value) -> std::string {
        const auto given = std::get<std::int64_t>(value);
        if (given < low || given > high) {
          return fmt::format("must be from {} to {}", low, high);
        }
        store(settings, static_cast<int>(given));
        return {};
      }};
}

Key flag(std::string name, bool fallback, Store<bool> store) {
  return {std::move(name), fallback,
          [store = std::move(store)](Settings& settings, const Value& value) -> std::string {
            store(settings, std::get<bool>(value));
            return {};
          }};
}

Key duration(std::string name, std::string fallback, Store<Milliseconds> store, Check check) {
  return text(
      std::move(name), std::move(fallback),
      [store = std::move(store)](Settings& settings, const std::string& given) {
        store(settings, *parse_duration(given));
      },
      std::move(check));
}

Check one_of(Strings words) {
  return [words = std::move(words)](const std::string& value) -> std::string {
    if (std::find(words.begin(), words.end(), value) != words.end()) return {};
    return fmt::format("is not one of {}", fmt::join(words, ", "));
  };
}

}  // namespace nutricount::config
