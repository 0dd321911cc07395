#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/error.hpp"
#include "deploy/colour.hpp"
#include "deploy/environment.hpp"
#include "deploy/step.hpp"
#include "os/file.hpp"

namespace nutricount::deploy {
namespace fs = std::filesystem;
namespace {
// A working tree of its own for the new version. Its data and its environment lie in the
// application's directory: here they are links.
class Tree : public Step {
 public:
  [[nodiscard]] std::string_view name() const override { return "tree"; }

  std::string apply(Run& run) override {
    const fs::path tree = run.tree();
    make_room(run.site.settings, run.plan.route->to);
    // One that could not be stopped when it was left would run on in what is removed here.
    stop_application(run.starts(), run.observer, run.deadline);
    remove(run);
    make_directory(run, tree);
    run.site.repository.export_tree(run.plan.to.id, tree, run.deadline);
    const auto links = links_of(run);
    os::do_in_child(run.bounds(), [&] {
      // What is backed up is the application's data: there before the application is.
      for (const auto& name : run.site.settings.backup.include) {
        fs::create_directories(run.site.directory() / name);
      }
      for (const auto& one : links) link(tree / one.first, one.second);
    });
    os::sync_file_system(tree);
    return tree.string();
  }

  std::string undo(Run& run) override {
    remove(run);
    return {};
  }

 private:
  static void remove(const Run& run) {
    // The directory that it lies in may be root's: emptied as the owner, removed as who deploys.
    const fs::path tree = run.tree();
    if (!os::look_at(tree)) return;
    os::do_in_child({.owner = run.site.owner}, [&] {
      for (const auto& entry : fs::directory_iterator(tree)) os::remove_tree(entry.path());
    });
    fs::remove(tree);
  }

  static void make_directory(const Run& run, const fs::path& tree) {
    const auto& owner = run.site.owner;
    fs::create_directory(tree);
    // By the descriptor: where it lies the owner may have put something else under the name.
    const os::Fd directory = os::open_file(tree, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (geteuid() == 0 && fchown(directory.get(), owner.uid, owner.gid) != 0) {
      throw system_error(fmt::format("cannot give {} to {}", tree.string(), owner.name));
    }
  }

  static std::vector<std::pair<std::string, fs::path>> links_of(const Run& run) {
    const auto& settings = run.site.settings;
    const fs::path& directory = run.site.directory();
    std::vector<std::pair<std::string, fs::path>> links;
    for (const auto& name : settings.blue_green.shared) links.emplace_back(name, directory / name);
    for (const auto& name : settings.backup.include) links.emplace_back(name, directory / name);
    const std::string& live = settings.python.environment;
    if (live.empty()) return links;
    const std::string in_use =
        run.plan.environment ? run.plan.environment->after : environment_in_use(directory, live);
    links.emplace_back(live, directory / in_use);
    return links;
  }

  static void link(const fs::path& place, const fs::path& target) {
    if (!os::look_at(target)) return;
    os::remove_tree(place);  // the commit's own, such as data/.gitkeep
    fs::create_symlink(target, place);
  }
};
}  // namespace

std::unique_ptr<Step> make_tree() { return std::make_unique<Tree>(); }

}  // namespace nutricount::deploy
