// Whether the programs that the settings name are there.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <sstream>

#include "deploy/environment.hpp"
#include "deploy/preflight.hpp"

namespace nutricount::deploy {
namespace fs = std::filesystem;
namespace {
bool is_program(const fs::path& path) {
  std::error_code error;  // a name that is too long is none
  return fs::is_regular_file(path, error) && access(path.c_str(), X_OK) == 0;
}

bool is_in(const std::string& path, const std::string& name) {
  std::istringstream list(path);
  for (std::string directory; std::getline(list, directory, ':');) {
    if (!directory.empty() && is_program(fs::path(directory) / name)) return true;
  }
  return false;
}

bool is_in_path(const std::string& name) {
  const char* path = std::getenv("PATH");
  return is_in(path != nullptr ? path : "", name) ||
         is_in(std::string(service::kApplicationPath), name);
}

class Programs {
 public:
  Programs(const Site& site, const Plan& plan)
      : directory_(site.directory()),
        environment_(site.settings.python.environment),
        is_rebuilt_(plan.environment.has_value()) {}

  /// The first word of a command, run in the application's directory.
  void look_for(const std::string& key, const std::string& program) const {
    const fs::path path(program);
    if (path.is_absolute()) return refuse_unless(is_program(path), key, program);
    if (path.has_parent_path()) {
      const bool in_environment = !environment_.empty() && *path.begin() == environment_;
      if (!in_environment || is_rebuilt_) return;  // the commit or the environment may bring it
      return refuse_unless(is_program(directory_ / path), key, program);
    }
    if (is_rebuilt_) return;
    const bool in_environment =
        !environment_.empty() && is_program(directory_ / environment_ / "bin" / path);
    refuse_unless(in_environment || is_in_path(program), key, program);
  }

  /// What becomes the application: without a slash it is found where the application's PATH says.
  void look_for_start(const std::string& program) const {
    if (program.find('/') != std::string::npos) return look_for("service.start", program);
    refuse_unless(is_in(std::string(service::kApplicationPath), program), "service.start", program);
  }

  /// What makes the environment: looked for before there is one.
  void look_for_interpreter(const std::string& interpreter) const {
    const bool found = interpreter.find('/') == std::string::npos
                           ? is_in_path(interpreter)
                           : is_program(directory_ / interpreter);
    refuse_unless(found, "python.interpreter", interpreter);
  }

 private:
  static void refuse_unless(bool found, const std::string& key, const std::string& program) {
    if (found) return;
    throw usage_error(fmt::format("{} names {}, and there is no such program", key, program),
                      fmt::format("install it, or name another one in {}", key));
  }

  fs::path directory_;
  std::string environment_;
  bool is_rebuilt_;
};
}  // namespace

void check_programs(const Site& site, const Plan& plan) {
  const auto& settings = site.settings;
  const Programs programs(site, plan);
  if (plan.environment && !plan.environment->is_there) {
    programs.look_for_interpreter(
        making_of(site.directory() / plan.environment->live, settings.python).interpreter);
  }
  if (!plan.database_command.empty()) {
    programs.look_for("database.command", plan.database_command.front());
  }
  if (site.manager->name() == "process") {
    programs.look_for_start(settings.service.start.front());
  }
}

}  // namespace nutricount::deploy
