#include "config/checks.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <climits>
#include <filesystem>
#include <string_view>

#include "base/printable.hpp"
#include "base/quantity.hpp"
#include "os/listening.hpp"

namespace nutricount::config {
namespace {
bool is_print(char c) { return std::isgraph(static_cast<unsigned char>(c)) != 0; }

bool has_dot_dot(const std::filesystem::path& path) {
  return std::find(path.begin(), path.end(), "..") != path.end();
}

bool is_port(std::string_view text) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && number >= 1 && number <= 65535;
}

/// "host", "host:80", "[::1]:80".
bool is_host(std::string_view text, bool needs_port) {
  const auto colon = text.rfind(':');
  const bool has_port = colon != text.npos && !text.ends_with(']');
  const std::string_view host = has_port ? text.substr(0, colon) : text;
  if (has_port ? !is_port(text.substr(colon + 1)) : needs_port) return false;
  if (host.starts_with('[')) return host.ends_with(']') && host.size() > 2;
  return !host.empty() && host.find_first_of(":[] \t") == host.npos;
}

/// "scheme://user@host:port/path": the host and port are in order.
bool has_host(std::string_view address) {
  const auto start = address.find("://");
  if (start == address.npos) return false;
  address.remove_prefix(start + 3);
  address = address.substr(0, address.find_first_of("/?#"));
  return is_host(address.substr(address.rfind('@') + 1), false);
}

bool begins_with_one_of(const std::string& value, std::initializer_list<const char*> starts) {
  return std::any_of(starts.begin(), starts.end(),
                     [&](const char* start) { return value.starts_with(start); });
}

/// "user@host:path", as ssh has it.
bool is_ssh_path(const std::string& value) {
  const auto colon = value.find(':');
  return colon != std::string::npos && colon > 0 && colon + 1 < value.size() &&
         value.find('/') > colon && !value.starts_with('-') &&
         value.find("://") == std::string::npos;
}
}  // namespace

std::string is_text(const std::string& value) {
  return is_printable(value) ? "" : "must be text without control characters";
}

std::string is_argument(const std::string& value) {
  if (!is_utf8(value)) return "must be UTF-8";  // as a file is, and as the journal keeps it
  return value.find('\0') == std::string::npos ? "" : "must not contain a zero byte";
}

std::string is_not_empty(const std::string& value) {
  return value.empty() ? "must not be empty" : is_text(value);
}

std::string is_absolute(const std::string& value) {
  if (value.size() >= PATH_MAX) return "must be shorter than 4096 bytes";
  return value.starts_with('/') && value.size() > 1 ? is_text(value) : "must be an absolute path";
}

std::string is_place(const std::string& value) { return value == "/" ? "" : is_absolute(value); }

std::string is_absolute_or_empty(const std::string& value) {
  return value.empty() ? "" : is_absolute(value);
}

std::string is_relative(const std::string& value) {
  const bool good = !value.empty() && !value.starts_with('/') && !has_dot_dot(value);
  return good ? is_text(value) : "must be a path inside the application directory, without \"..\"";
}

std::string is_plain_name(const std::string& value) {
  const bool good = !value.empty() && value.find('/') == std::string::npos && value != "." &&
                    value != ".." && value != ".git" && value.size() <= NAME_MAX;
  return good ? is_text(value) : "must be one name, without a slash";
}

std::string is_plain_name_or_empty(const std::string& value) {
  return value.empty() ? "" : is_plain_name(value);
}

std::string is_unit(const std::string& value) {
  constexpr std::array<std::string_view, 5> kTypes{".service", ".socket", ".target", ".timer",
                                                   ".path"};
  constexpr std::string_view kMarks = ":-_.\\@";
  const bool typed = std::any_of(kTypes.begin(), kTypes.end(), [&](std::string_view type) {
    return value.size() > type.size() && value.ends_with(type);
  });
  const bool clean = std::all_of(value.begin(), value.end(), [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || kMarks.find(c) != kMarks.npos;
  });
  return typed && clean ? "" : "must be the name of a unit, such as nutrition-tracker.service";
}

std::string is_template_unit(const std::string& value) {
  const bool is_template = value.ends_with("@.service") && value.find('@') + 9 == value.size();
  return is_template && value.size() > 9 && is_unit(value).empty()
             ? ""
             : "must be the name of a template, such as nutrition-tracker@.service";
}

std::string is_unit_or_empty(const std::string& value) {
  return value.empty() ? "" : is_unit(value);
}

std::string is_ref_name(const std::string& value) {
  constexpr std::string_view kRefused = "~^:?*[\\";
  const bool clean = std::all_of(value.begin(), value.end(), [&](char c) {
    return is_print(c) && kRefused.find(c) == kRefused.npos;
  });
  const bool good = !value.empty() && clean && value.front() != '-' && value.front() != '/' &&
                    value.front() != '.' && value.back() != '/' && value.back() != '.' &&
                    value.find("..") == std::string::npos &&
                    value.find("//") == std::string::npos &&
                    value.find("@{") == std::string::npos && !value.ends_with(".lock") &&
                    value.size() <= NAME_MAX;
  return good ? "" : "must be a valid git name";
}

std::string is_http(const std::string& value) {
  const bool socket = begins_with_one_of(value, {"http+unix://%2F", "http+unix://%2f"});
  const bool good =
      (socket || (begins_with_one_of(value, {"http://", "https://"}) && has_host(value))) &&
      std::all_of(value.begin(), value.end(), is_print);
  if (good) return {};
  return value.starts_with("http+unix:")
             ? "must be http+unix:// with the path of a socket, each / of it as %2F, and a path: "
               "http+unix://%2Frun%2Fapp.sock/health"
             : "must be an http or https address";
}

std::string is_repository(const std::string& value) {
  if (value.empty()) return {};
  if (value == "/") return "must name a repository";
  const bool remote = begins_with_one_of(value, {"http://", "https://", "ssh://", "git://"});
  const bool good =
      remote ? has_host(value) : begins_with_one_of(value, {"/", "file:///"}) || is_ssh_path(value);
  return good ? is_text(value)
              : "must be an address that git can clone, or an absolute path, or empty";
}

std::string is_listen(const std::string& value) {
  return is_host(value, true) ? is_text(value) : "must be HOST:PORT, such as 127.0.0.1:8080";
}

std::string is_socket_address_or_empty(const std::string& value) {
  return value.empty() || os::is_socket_address(value)
             ? ""
             : "must be an IP address of this machine with a port, such as 127.0.0.1:5000 or "
               "[::1]:5000";
}

std::string is_manager(const std::string& value) {
  return value == "auto" || value == "systemd" || value == "process"
             ? ""
             : "must be \"auto\", \"systemd\" or \"process\"";
}

std::string is_duration(const std::string& value) {
  return parse_duration(value) ? "" : "must be a duration, such as \"0s\" or \"10m\"";
}

std::string is_positive_duration(const std::string& value) {
  const auto duration = parse_duration(value);
  return duration && duration->count() > 0
             ? ""
             : "must be a duration above 0, such as \"90s\" or \"5m\"";
}

}  // namespace nutricount::config
