#include <fmt/format.h>

#include "base/quantity.hpp"
#include "deploy/step.hpp"

namespace nutricount::deploy {
namespace {
// The backup is begun while the application serves: after the stop only what changed since is
// copied. It leaves nothing to take back: what is not sealed is swept.
class PreCopy : public Step {
 public:
  [[nodiscard]] std::string_view name() const override { return "pre-copy"; }
  [[nodiscard]] bool has_undo() const override { return false; }

  std::string apply(Run& run) override {
    run.backup.emplace(backup::Subject{.directory = run.site.directory(),
                                       .include = run.site.settings.backup.include,
                                       .id = run.plan.deployment,
                                       .time = run.plan.started,
                                       .commit = run.plan.from.id,
                                       .owner = run.site.owner});
    const auto totals = run.backup->copy(run.deadline, [&](const backup::Progress& progress) {
      run.observer.step_progress({progress.files, progress.total_files, "files", progress.bytes});
    });
    run.overwritten = run.site.repository.overwritten_by(run.plan.to.id, run.deadline);
    run.backup->flush();
    return fmt::format("{}, {}", count_of(totals.files, "file"), format_bytes(totals.bytes));
  }
};
}  // namespace

std::unique_ptr<Step> make_pre_copy() { return std::make_unique<PreCopy>(); }

}  // namespace nutricount::deploy
