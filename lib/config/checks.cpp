#include "config/checks.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <string_view>

#include "base/quantity.hpp"

namespace nutricount::config {
namespace {
bool is_print(char c) { return std::isgraph(static_cast<unsigned char>(c)) != 0; }

bool has_dot_dot(const std::filesystem::path& path) {
  return std::find(path.begin(), path.end(), "..") != path.end();
}
}  // namespace

std::string is_anything(const std::string& /*value*/) { return {}; }

std::string is_not_empty(const std::string& value) {
  return value.empty() ? "must not be empty" : "";
}

std::string is_absolute(const std::string& value) {
  return value.starts_with('/') && value.size() > 1 ? "" : "must be an absolute path";
}

std::string is_absolute_or_empty(const std::string& value) {
  return value.empty() ? "" : is_absolute(value);
}

std::string is_relative(const std::string& value) {
  const bool good = !value.empty() && !value.starts_with('/') && !has_dot_dot(value);
  return good ? "" : "must be a path inside the application directory, without \"..\"";
}

std::string is_plain_name(const std::string& value) {
  const bool good = !value.empty() && value.find('/') == std::string::npos && value != "." &&
                    value != ".." && value != ".git";
  return good ? "" : "must be one name, without a slash";
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

std::string is_ref_name(const std::string& value) {
  constexpr std::string_view kRefused = "~^:?*[\\";
  const bool clean = std::all_of(value.begin(), value.end(), [&](char c) {
    return is_print(c) && kRefused.find(c) == kRefused.npos;
  });
  const bool good = !value.empty() && clean && value.front() != '-' && value.front() != '/' &&
                    value.front() != '.' && value.back() != '/' && value.back() != '.' &&
                    value.find("..") == std::string::npos &&
                    value.find("//") == std::string::npos &&
                    value.find("@{") == std::string::npos && !value.ends_with(".lock");
  return good ? "" : "must be a valid git name";
}

std::string is_git_address_or_empty(const std::string& value) {
  constexpr std::array<std::string_view, 7> kSchemes{
      "https://", "http://", "ssh://", "git://", "file://", "git+ssh://", "ssh+git://"};
  const auto begins = [&](std::string_view scheme) {
    return value.size() > scheme.size() && value.starts_with(scheme);
  };
  const bool address = std::any_of(kSchemes.begin(), kSchemes.end(), begins);
  const auto colon = value.find_first_of(":/");  // user@host:path, as ssh has it
  const bool host_path = colon != std::string::npos && colon > 0 && value[colon] == ':' &&
                         colon + 1 < value.size() && value.substr(colon, 3) != "://" &&
                         value.front() != '-';
  const bool good = value.empty() || (value.starts_with('/') && value.size() > 1) ||
                    ((address || host_path) && std::all_of(value.begin(), value.end(), is_print));
  return good ? "" : "must be https://…, ssh://…, HOST:PATH or an absolute path";
}

std::string is_http(const std::string& value) {
  const bool scheme = value.starts_with("http://") || value.starts_with("https://");
  const bool good = scheme && value.find("://") + 3 < value.size() &&
                    std::all_of(value.begin(), value.end(), is_print);
  return good ? "" : "must be an http or https address";
}

std::string is_listen_address(const std::string& value) {
  constexpr int kLargest = 65535;
  const auto colon = value.rfind(':');
  const std::string port = colon == std::string::npos ? "" : value.substr(colon + 1);
  const bool number = !port.empty() && port.size() <= 5 &&
                      port.find_first_not_of("0123456789") == std::string::npos;
  const bool good = number && colon > 0 && std::stoi(port) >= 1 && std::stoi(port) <= kLargest &&
                    std::all_of(value.begin(), value.end(), is_print);
  return good ? "" : "must be ADDRESS:PORT, such as 127.0.0.1:8080";
}

std::string is_manager(const std::string& value) {
  return value == "auto" || value == "systemd" || value == "process"
             ? ""
             : "must be \"auto\", \"systemd\" or \"process\"";
}

std::string is_positive_duration(const std::string& value) {
  const auto duration = parse_duration(value);
  return duration && duration->count() > 0
             ? ""
             : "must be a duration above 0, such as \"90s\" or \"5m\"";
}

}  // namespace nutricount::config
