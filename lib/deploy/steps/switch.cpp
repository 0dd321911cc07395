#include "deploy/environment.hpp"
#include "deploy/step.hpp"

namespace nutricount::deploy {
namespace {
class Switch : public Step {
 public:
  [[nodiscard]] std::string_view name() const override { return "switch"; }

  std::string apply(Run& run) override {
    switch_environment(run.site.directory(), *run.plan.environment, run.bounds());
    return run.plan.environment->after;
  }

  std::string undo(Run& run) override {
    switch_environment_back(run.site.directory(), *run.plan.environment, {.owner = run.site.owner});
    return run.plan.environment->before;
  }
};
}  // namespace

std::unique_ptr<Step> make_switch() { return std::make_unique<Switch>(); }

}  // namespace nutricount::deploy
