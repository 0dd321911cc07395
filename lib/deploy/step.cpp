#include "deploy/step.hpp"

namespace nutricount::deploy {

Steps steps_of(const Plan& plan) {
  Steps steps;
  if (plan.first) steps.push_back(make_place());
  if (plan.environment) steps.push_back(make_environment());
  if (!plan.first) {
    steps.push_back(make_pre_copy());
    steps.push_back(make_stop());
    steps.push_back(make_back_up());
    steps.push_back(make_reset());
  }
  if (plan.environment) steps.push_back(make_switch());
  if (!plan.database_command.empty()) steps.push_back(make_migrate());
  steps.push_back(make_start());
  steps.push_back(make_health());
  return steps;
}

}  // namespace nutricount::deploy
