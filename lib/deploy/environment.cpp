#include "deploy/environment.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/byte_text.hpp"
#include "base/json_text.hpp"
#include "os/file.hpp"

namespace nutricount::deploy {
namespace fs = std::filesystem;
namespace {
constexpr const char* kStamp = ".nutricount-deploy.json";

fs::path temporary_of(const fs::path& link) { return link.string() + ".new"; }

/// A new symbolic link under a name of its own, then one rename over the old link.
void point(const fs::path& link, const std::string& target) {
  const fs::path temporary = temporary_of(link);
  unlink(temporary.c_str());
  if (symlink(target.c_str(), temporary.c_str()) != 0) {
    throw system_error(fmt::format("cannot make the link {}", temporary.string()));
  }
  os::rename_durably(temporary, link);
}

bool is_plain_directory(const fs::path& path) { return fs::is_directory(fs::symlink_status(path)); }

}  // namespace

std::string environment_in_use(const fs::path& directory, const std::string& name) {
  const fs::path live = directory / name;
  const auto status = fs::symlink_status(live);
  std::error_code no_target;  // a link to nothing, or to itself
  if (fs::is_symlink(status)) {
    return fs::is_directory(live, no_target) ? fs::read_symlink(live).string() : "";
  }
  return fs::is_directory(status) ? name : "";
}

std::optional<Requirements> built_from(const fs::path& environment) {
  const auto text = os::read_file(environment / kStamp);
  if (!text) return std::nullopt;
  try {
    const auto json = parse_json(*text);
    if (!json.is_object()) return std::nullopt;
    Requirements requirements;
    for (const auto& [path, content] : json.items()) {
      requirements[unescaped(path)] = unescaped(content.get<std::string>());
    }
    return requirements;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

void note_built_from(const fs::path& environment, const Requirements& requirements) {
  auto json = nlohmann::json::object();
  for (const auto& [path, content] : requirements) json[escaped(path)] = escaped(content);
  os::write_durably(environment / kStamp, json.dump(1) + "\n");
}

void switch_environment(const fs::path& directory, const EnvironmentChange& change,
                        const os::Bounds& bounds) {
  os::do_in_child(bounds, [&] {
    const fs::path live = directory / change.live;
    if (change.adopts && is_plain_directory(live)) {
      // The link first bears the name that the directory shall have; then both change places.
      point(directory / change.before, change.after);
      os::exchange_files(directory / change.before, live);
      os::sync_directory(directory);
    } else {
      point(live, change.after);
    }
  });
}

void switch_environment_back(const fs::path& directory, const EnvironmentChange& change,
                             const os::Bounds& bounds) {
  os::do_in_child(bounds, [&] {
    const fs::path live = directory / change.live;
    const fs::path before = directory / change.before;
    // Of a switch that was killed between making a link and renaming it.
    unlink(temporary_of(change.adopts ? before : live).c_str());
    if (change.before.empty()) {
      os::remove_durably(live);  // there was none
    } else if (!change.adopts) {
      point(live, change.before);
    } else {
      if (!is_plain_directory(live) && is_plain_directory(before)) {
        os::exchange_files(before, live);
        os::sync_directory(directory);
      }
      if (fs::is_symlink(before)) os::remove_durably(before);
    }
  });
}

void remove_tree(const fs::path& path, const os::Bounds& bounds) {
  if (!os::look_at(path)) return;
  os::do_in_child(bounds, [&] { os::remove_tree(path); });
}

std::vector<std::string> unused_environments(const fs::path& directory, const std::string& name,
                                             const std::set<std::string>& kept) {
  std::vector<std::string> unused;
  if (name.empty()) return unused;
  const std::string in_use = environment_in_use(directory, name);
  const std::string built = name + ".";
  const std::string adopted = name + ".before-";
  for (const auto& entry : fs::directory_iterator(directory)) {
    const std::string found = entry.path().filename();
    const bool ours = (found.starts_with(adopted) && is_id(found.substr(adopted.size()))) ||
                      (found.starts_with(built) && is_id(found.substr(built.size())));
    if (ours && found != in_use && !kept.contains(found)) unused.push_back(found);
  }
  return unused;
}

}  // namespace nutricount::deploy
