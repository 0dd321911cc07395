#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/quantity.hpp"
#include "deploy/step.hpp"

namespace nutricount::deploy {
namespace {
class BackUp : public Step {
 public:
  [[nodiscard]] std::string_view name() const override { return "back up"; }

  std::string apply(Run& run) override {
    const auto totals = run.backup->copy(run.deadline, {});
    if (!run.overwritten.empty()) run.backup->keep_changes(run.overwritten);
    run.backup->seal();
    run.backup.reset();
    return fmt::format("{} → {}, {} of {} written {}",
                       fmt::join(run.site.settings.backup.include, ", "), run.plan.deployment,
                       format_bytes(totals.written_bytes), format_bytes(totals.bytes),
                       run.has_begun("stop") ? "after the stop" : "since the pre-copy");
  }

  // Data goes back only where the new version can have touched it, and did.
  std::string undo(Run& run) override {
    run.backup.reset();
    if (run.plan.data) return {};  // what was put in its place is taken away again by then
    if (!run.has_begun("migrate") && !run.has_begun("start")) return "data untouched";
    if (run.plan.route) return "data stays: the version that serves has written to it meanwhile";
    const auto& names = run.site.settings.backup.restore;
    const std::string& id = run.plan.deployment;
    if (run.site.store.matches(id, names)) return "data unchanged";
    for (const auto& path : run.site.store.restore(id, names, id)) {
      run.set_aside.push_back(path.string());
    }
    run.data_put_back = true;
    return "data put back";
  }
};
}  // namespace

std::unique_ptr<Step> make_back_up() { return std::make_unique<BackUp>(); }

}  // namespace nutricount::deploy
