// What a value must be. Each check returns what is wrong ("must be …"), empty where nothing is.
#pragma once

#include <string>

namespace nutricount::config {

/// One line of UTF-8. Every other check but is_argument asks for this too.
[[nodiscard]] std::string is_text(const std::string& value);
/// Of a command: a script's lines may be one.
[[nodiscard]] std::string is_argument(const std::string& value);
[[nodiscard]] std::string is_not_empty(const std::string& value);
/// And not / itself.
[[nodiscard]] std::string is_absolute(const std::string& value);
/// Or / itself.
[[nodiscard]] std::string is_place(const std::string& value);
[[nodiscard]] std::string is_absolute_or_empty(const std::string& value);
/// A path below the application directory, without "..".
[[nodiscard]] std::string is_relative(const std::string& value);
/// One name without a slash.
[[nodiscard]] std::string is_plain_name(const std::string& value);
[[nodiscard]] std::string is_plain_name_or_empty(const std::string& value);
/// systemd.unit(5), "UNIT FILE".
[[nodiscard]] std::string is_unit(const std::string& value);
/// A service's template: "name@.service".
[[nodiscard]] std::string is_template_unit(const std::string& value);
[[nodiscard]] std::string is_unit_or_empty(const std::string& value);
/// git-check-ref-format(1).
[[nodiscard]] std::string is_ref_name(const std::string& value);
/// http://, https://, or http+unix:// with the percent-encoded path of a socket for its host.
[[nodiscard]] std::string is_http(const std::string& value);
/// What git clones from; or empty.
[[nodiscard]] std::string is_repository(const std::string& value);
/// HOST:PORT.
[[nodiscard]] std::string is_listen(const std::string& value);
/// IPV4:PORT or [IPV6]:PORT, in digits; or empty.
[[nodiscard]] std::string is_socket_address_or_empty(const std::string& value);
[[nodiscard]] std::string is_manager(const std::string& value);
[[nodiscard]] std::string is_duration(const std::string& value);
[[nodiscard]] std::string is_positive_duration(const std::string& value);

}  // namespace nutricount::config
