#include <fmt/format.h>

#include "base/quantity.hpp"
#include "deploy/step.hpp"

namespace nutricount::deploy {
namespace {
// The backup is begun while the application serves: after the stop only what changed since is
// copied, and a database is read whole for that. So it is copied again while it serves, where it
// was written to meanwhile. It leaves nothing to take back: what is not sealed is swept.
class PreCopy : public Step {
 public:
  [[nodiscard]] std::string_view name() const override { return "pre-copy"; }
  [[nodiscard]] bool has_undo() const override { return false; }

  std::string apply(Run& run) override {
    run.backup.emplace(backup_subject(run.site, run.plan));
    const auto totals = run.backup->copy_in_use(
        run.deadline, progress_to(run.observer),
        {.files = run.plan.data_files, .bytes = run.plan.data_bytes, .skipped = {}});
    if (!run.plan.data_only)
      run.overwritten = run.site.repository.overwritten_by(run.plan.to.id, run.deadline);
    run.backup->flush();
    return fmt::format("{}, {} of {} written", count_of(totals.files, "file"),
                       format_bytes(totals.written_bytes), format_bytes(totals.bytes));
  }
};
}  // namespace

std::unique_ptr<Step> make_pre_copy() { return std::make_unique<PreCopy>(); }

}  // namespace nutricount::deploy
