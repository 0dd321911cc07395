// One effect of a deployment, and how it is taken back.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "deploy/run.hpp"

namespace nutricount::deploy {

class Step {
 public:
  virtual ~Step() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// Does it; returns one short line about it. Throws Error.
  virtual std::string apply(Run& run) = 0;
  /// Whether it leaves anything to take back. Such a step is written to the journal before it
  /// begins.
  [[nodiscard]] virtual bool has_undo() const { return true; }
  /// Takes it back, also when it was killed half-way or never got to run; may be repeated. Returns
  /// one short line, empty where there was nothing to say. Throws Error when it cannot.
  virtual std::string undo(Run& /*run*/) { return {}; }
  /// Why a commit is to blame when this step fails; empty: it is not.
  [[nodiscard]] virtual std::string blame() const { return {}; }
};

using Steps = std::vector<std::unique_ptr<Step>>;

/// The steps of a plan, in order: every effect there is. The same for the same plan, so that
/// recovery undoes what an interrupted run did.
[[nodiscard]] Steps steps_of(const Plan& plan);

// steps/*.cpp, one each
[[nodiscard]] std::unique_ptr<Step> make_place();        ///< the first clone gets its name
[[nodiscard]] std::unique_ptr<Step> make_environment();  ///< built beside the one in use
[[nodiscard]] std::unique_ptr<Step> make_tree();         ///< of a blue-green deployment
[[nodiscard]] std::unique_ptr<Step> make_pre_copy();     ///< most of the backup, while serving
[[nodiscard]] std::unique_ptr<Step> make_copy_data();    ///< of a restore point, while serving
[[nodiscard]] std::unique_ptr<Step> make_stop();
[[nodiscard]] std::unique_ptr<Step> make_back_up();
[[nodiscard]] std::unique_ptr<Step> make_exchange_data();  ///< for the copied ones
[[nodiscard]] std::unique_ptr<Step> make_reset();
[[nodiscard]] std::unique_ptr<Step> make_switch();  ///< to the new environment
[[nodiscard]] std::unique_ptr<Step> make_migrate();
[[nodiscard]] std::unique_ptr<Step> make_start();
[[nodiscard]] std::unique_ptr<Step> make_health();
[[nodiscard]] std::unique_ptr<Step> make_route();  ///< from the old version to the new one

}  // namespace nutricount::deploy
