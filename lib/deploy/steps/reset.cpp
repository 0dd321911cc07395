#include <fmt/format.h>

#include "base/quantity.hpp"
#include "deploy/step.hpp"

namespace nutricount::deploy {
namespace {
class Reset : public Step {
 public:
  [[nodiscard]] std::string_view name() const override { return "reset"; }

  std::string apply(Run& run) override {
    const auto files =
        run.site.repository.reset_hard(run.plan.to.id, run.deadline, &run.overwritten);
    return count_of(files, "file");
  }

  std::string undo(Run& run) override {
    const auto& repository = run.site.repository;
    repository.sweep();  // a lock that a killed reset left behind
    repository.reset_hard(run.plan.from.id, Deadline());
    run.site.store.restore_changes(run.plan.deployment);
    return brief(run.plan.from.id);
  }
};
}  // namespace

std::unique_ptr<Step> make_reset() { return std::make_unique<Reset>(); }

}  // namespace nutricount::deploy
