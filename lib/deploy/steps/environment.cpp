#include <fmt/format.h>

#include <filesystem>
#include <set>
#include <sstream>

#include "base/quantity.hpp"
#include "deploy/environment.hpp"
#include "deploy/step.hpp"
#include "os/command.hpp"
#include "os/file.hpp"

namespace nutricount::deploy {
namespace fs = std::filesystem;
namespace {
// Built from the target commit's own files in a tree of its own, while the application serves from
// the old ones. `venv` in that tree is the new environment, so the configured commands work there.
class Environment : public Step {
 public:
  [[nodiscard]] std::string_view name() const override { return "environment"; }

  std::string apply(Run& run) override {
    const auto& change = *run.plan.environment;
    const fs::path& directory = run.site.directory();
    const fs::path environment = directory / change.after;
    const fs::path staging = staging_of(run);
    os::do_in_child(run.bounds(), [&] { fs::create_directory(staging); });
    run.site.repository.export_tree(run.plan.to.id, staging, run.deadline);
    create(run, environment);
    os::do_in_child(run.bounds(), [&] {
      os::remove_tree(staging / change.live);
      fs::create_directory_symlink(environment, staging / change.live);
    });
    const auto complaints_before = complaints(run, environment);
    install(run, staging, environment);
    refuse_new_complaints(run, environment, complaints_before);
    note_requirements(run, staging, environment);
    remove_tree(staging, run.bounds());
    os::sync_file_system(environment);
    return fmt::format("{}: {}", change.reason, change.after);
  }

  std::string undo(Run& run) override {
    const os::Bounds bounds{.owner = run.site.owner};
    remove_tree(staging_of(run), bounds);
    remove_tree(run.site.directory() / run.plan.environment->after, bounds);
    return {};
  }

 private:
  static fs::path staging_of(const Run& run) {
    return run.site.directory() / (".staging." + run.plan.deployment);
  }

  static void create(Run& run, const fs::path& environment) {
    const auto& settings = run.site.settings.python;
    const fs::path& directory = run.site.directory();
    const Making making = making_of(directory / run.plan.environment->live, settings);
    std::vector<std::string> argv{making.interpreter, "-m", "venv"};
    if (making.system_site_packages) argv.emplace_back("--system-site-packages");
    argv.push_back(environment.string());
    run_command(run, argv, directory, {});
  }

  /// What `pip check` finds wrong.
  static std::set<std::string> complaints(const Run& run, const fs::path& environment) {
    const auto result = os::run(
        {.argv = {(environment / "bin/python").string(), "-m", "pip", "check"}}, run.bounds());
    std::set<std::string> lines;
    std::istringstream output(result.ok() ? "" : result.output);
    for (std::string line; std::getline(output, line);) lines.insert(line);
    return lines;
  }

  // With system_site_packages the machine's own packages may be at odds before anything is
  // installed.
  static void refuse_new_complaints(const Run& run, const fs::path& environment,
                                    const std::set<std::string>& before) {
    std::vector<std::string> fresh;
    for (const auto& line : complaints(run, environment)) {
      if (!before.contains(line)) fresh.push_back(line);
    }
    if (fresh.empty()) return;
    throw CommandFailed("pip check: " + fresh.front(),
                        "make the versions in the requirements fit each other", fresh);
  }

  static void install(Run& run, const fs::path& staging, const fs::path& environment) {
    const auto& settings = run.site.settings.python;
    std::vector<std::string> argv = settings.install;
    if (argv.empty()) {
      argv = {(environment / "bin/python").string(), "-m", "pip", "install"};
      for (const auto& file : settings.requirements) {
        if (fs::exists(staging / file)) argv.insert(argv.end(), {"-r", file});
      }
      if (argv.back() == "install") return;  // this commit asks for nothing
    }
    run_command(run, argv, staging, environment);
  }

  static void note_requirements(Run& run, const fs::path& staging, const fs::path& environment) {
    Requirements requirements;
    for (const auto& file : run.site.settings.python.requirements) {
      if (auto content = os::read_file(staging / file, 1U << 20U)) requirements[file] = *content;
    }
    os::do_in_child(run.bounds(), [&] { note_built_from(environment, requirements); });
  }
};
}  // namespace

std::unique_ptr<Step> make_environment() { return std::make_unique<Environment>(); }

}  // namespace nutricount::deploy
