#include "deploy/step.hpp"

namespace nutricount::deploy {

namespace {
// The version before goes on until nginx asks the new one; only data that goes back stops it first.
Steps steps_beside(const Plan& plan) {
  Steps steps;
  if (plan.first) steps.push_back(make_place());
  if (plan.environment && !plan.environment->is_there) steps.push_back(make_environment());
  steps.push_back(make_tree());
  if (!plan.first) steps.push_back(make_pre_copy());
  if (plan.data) {
    steps.push_back(make_copy_data());
    steps.push_back(make_stop());
  }
  if (!plan.first) steps.push_back(make_back_up());
  if (plan.data) steps.push_back(make_exchange_data());
  if (!plan.database_command.empty()) steps.push_back(make_migrate());
  steps.push_back(make_start());
  steps.push_back(make_health());
  steps.push_back(make_route());
  if (!plan.first) steps.push_back(make_reset());
  if (plan.environment) steps.push_back(make_switch());
  return steps;
}

Steps steps_back(const Plan& plan) {
  Steps steps;
  const bool code = !plan.data_only;
  if (plan.environment && !plan.environment->is_there) steps.push_back(make_environment());
  steps.push_back(make_pre_copy());
  if (plan.data) steps.push_back(make_copy_data());
  steps.push_back(make_stop());
  steps.push_back(make_back_up());
  if (plan.data) steps.push_back(make_exchange_data());
  if (code) steps.push_back(make_reset());
  if (plan.environment) steps.push_back(make_switch());
  steps.push_back(make_start());
  steps.push_back(make_health());
  return steps;
}
}  // namespace

Steps steps_of(const Plan& plan) {
  if (plan.route) return steps_beside(plan);
  if (plan.kind == Kind::kRollback) return steps_back(plan);
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
