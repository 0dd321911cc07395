// The kinds of keys that there are: each makes a Key that checks a value and stores it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "config/checks.hpp"
#include "config/keys.hpp"

namespace nutricount::config {

using Strings = std::vector<std::string>;
template <typename Stored>
using Store = std::function<void(Settings&, Stored)>;
/// One of config/checks.hpp, or one like them.
using Check = std::function<std::string(const std::string&)>;

[[nodiscard]] Key text(std::string name, std::string fallback, Store<std::string> store,
                       Check check);
[[nodiscard]] Key list(std::string name, Strings fallback, Store<Strings> store, Check check_each,
                       bool may_be_empty);
/// A program and its arguments; empty: none, where that may be.
[[nodiscard]] Key command(std::string name, Strings fallback, Store<Strings> store,
                          bool may_be_empty);
/// From low to high.
[[nodiscard]] Key number(std::string name, std::int64_t fallback, std::int64_t low,
                         std::int64_t high, Store<int> store);
[[nodiscard]] Key flag(std::string name, bool fallback, Store<bool> store);
[[nodiscard]] Key duration(std::string name, std::string fallback, Store<Milliseconds> store,
                           Check check = is_positive_duration);
/// A check: one of these words.
[[nodiscard]] Check one_of(Strings words);

/// "/srv/app/" is "/srv/app": names are made beside it.
[[nodiscard]] std::filesystem::path without_slash(std::string path);

}  // namespace nutricount::config
