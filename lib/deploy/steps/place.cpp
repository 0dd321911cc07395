#include <fmt/format.h>

#include "deploy/clone.hpp"
#include "deploy/environment.hpp"
#include "deploy/step.hpp"
#include "os/file.hpp"

namespace nutricount::deploy {
namespace {
// The clone was made under a name of its own; now it becomes the application's directory.
class Place : public Step {
 public:
  [[nodiscard]] std::string_view name() const override { return "place"; }

  std::string apply(Run& run) override {
    const auto& directory = run.site.directory();
    os::rename_durably(clone_path(directory), directory);
    run.site.repository = git::Repository(directory, run.site.owner);
    return directory.string();
  }

  // As it was before the first deployment: nothing there.
  std::string undo(Run& run) override {
    const auto& directory = run.site.directory();
    if (os::look_at(directory)) os::rename_durably(directory, clone_path(directory));
    remove_tree(clone_path(directory), {.owner = run.site.owner});
    return "removed again";
  }
};
}  // namespace

std::unique_ptr<Step> make_place() { return std::make_unique<Place>(); }

}  // namespace nutricount::deploy
