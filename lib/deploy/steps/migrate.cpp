#include <fmt/format.h>
#include <fmt/ranges.h>

#include "deploy/step.hpp"

namespace nutricount::deploy {
namespace {
class Migrate : public Step {
 public:
  [[nodiscard]] std::string_view name() const override { return "migrate"; }
  [[nodiscard]] std::string blame() const override { return "database command failed"; }

  std::string apply(Run& run) override {
    const auto& name = run.site.settings.python.environment;
    const auto directory = run.tree();
    run_command(run, run.plan.database_command, directory,
                name.empty() ? std::filesystem::path() : directory / name);
    return fmt::format("{}", fmt::join(run.plan.database_command, " "));
  }
  // What it did to the data, the backup's undo takes back.
};
}  // namespace

std::unique_ptr<Step> make_migrate() { return std::make_unique<Migrate>(); }

}  // namespace nutricount::deploy
