#include "os/secret_file.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "base/error.hpp"
#include "os/file.hpp"

namespace nutricount::os {
namespace fs = std::filesystem;
namespace {
bool is_open_to_others(const fs::file_status& status) {
  constexpr auto kOthers = fs::perms::group_all | fs::perms::others_all;
  return (status.permissions() & kOthers) != fs::perms::none;
}

Secret read(const fs::path& path, const std::string& key, const std::string& what,
            bool is_guarded) {
  constexpr std::uint64_t kLimit = 4096;
  const auto refuse = [&](const char* why, const std::string& hint) {
    return usage_error(fmt::format("{} {} {}", key, path.string(), why), hint);
  };
  const std::string write_it = fmt::format("write {} into it, mode 0600", what);
  std::error_code error;
  const auto status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) throw refuse("does not exist", write_it);
  if (error) {
    const std::string why = "cannot be reached: " + error.message();
    throw refuse(why.c_str(), "let this user read it");
  }
  if (fs::is_directory(status)) throw refuse("is a directory", "name a file in it");
  if (!is_guarded && is_open_to_others(status)) {
    throw refuse("can be read by others", fmt::format("chmod 600 {}", path.string()));
  }
  std::string text;
  try {
    text = read_file(path, kLimit).value_or("");
  } catch (const Error& cause) {
    throw usage_error(fmt::format("{}: {}", key, cause.what()), cause.hint());
  }
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  if (text.empty()) throw refuse("is empty", write_it);
  return Secret(std::move(text));
}
}  // namespace

Secret read_secret(const fs::path& path, const std::string& key, const std::string& what) {
  return read(path, key, what, false);
}

Secret read_credential(const fs::path& path, const std::string& what) {
  return read(path, "the credential", what, true);
}

fs::path credential(const std::string& name) {
  const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
  if (directory == nullptr || *directory == '\0') return {};
  fs::path path = fs::path(directory) / name;
  return look_at(path) ? path : fs::path();
}

}  // namespace nutricount::os
