#include <fmt/format.h>

#include "base/quantity.hpp"
#include "deploy/bytecode.hpp"
#include "deploy/step.hpp"

namespace nutricount::deploy {
namespace {
git::BeforeReset without_bytecode(const Run& run) {
  return {.prepare = [&run](const std::vector<std::string>& paths) {
    remove_bytecode(run.site.directory(), paths);
  }};
}

class Reset : public Step {
 public:
  [[nodiscard]] std::string_view name() const override { return "reset"; }

  std::string apply(Run& run) override {
    auto before = without_bytecode(run);
    before.kept = &run.overwritten;
    const auto files = run.site.repository.reset_hard(run.plan.to.id, run.deadline, before);
    if (!run.plan.changes.empty()) run.site.store.restore_changes(run.plan.changes);
    return count_of(files, "file");
  }

  std::string undo(Run& run) override {
    const auto& repository = run.site.repository;
    repository.sweep();  // a lock that a killed reset left behind
    repository.reset_hard(run.plan.from.id, Deadline(), without_bytecode(run));
    run.site.store.restore_changes(run.plan.deployment);
    return brief(run.plan.from.id);
  }
};
}  // namespace

std::unique_ptr<Step> make_reset() { return std::make_unique<Reset>(); }

}  // namespace nutricount::deploy
