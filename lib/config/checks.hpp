// What a value must be. Each check returns what is wrong ("must be …"), empty where nothing is.
#pragma once

#include <string>

namespace nutricount::config {

[[nodiscard]] std::string is_anything(const std::string& value);
[[nodiscard]] std::string is_not_empty(const std::string& value);
[[nodiscard]] std::string is_absolute(const std::string& value);
[[nodiscard]] std::string is_absolute_or_empty(const std::string& value);
/// A path below the application directory, without "..".
[[nodiscard]] std::string is_relative(const std::string& value);
/// One name without a slash.
[[nodiscard]] std::string is_plain_name(const std::string& value);
[[nodiscard]] std::string is_plain_name_or_empty(const std::string& value);
/// systemd.unit(5), "UNIT FILE".
[[nodiscard]] std::string is_unit(const std::string& value);
/// git-check-ref-format(1).
[[nodiscard]] std::string is_ref_name(const std::string& value);
/// What git can clone from: an address with a scheme, HOST:PATH, or an absolute path.
[[nodiscard]] std::string is_git_address_or_empty(const std::string& value);
[[nodiscard]] std::string is_http(const std::string& value);
/// ADDRESS:PORT.
[[nodiscard]] std::string is_listen_address(const std::string& value);
[[nodiscard]] std::string is_manager(const std::string& value);
[[nodiscard]] std::string is_positive_duration(const std::string& value);

}  // namespace nutricount::config
