#include "deploy/colour.hpp"
#include "deploy/step.hpp"
#include "os/file.hpp"

namespace nutricount::deploy {
namespace {
constexpr Milliseconds kUndoLimit{60'000};

class TellProxy : public Step {
 public:
  [[nodiscard]] std::string_view name() const override { return "route"; }

  std::string apply(Run& run) override {
    const auto& settings = run.site.settings;
    const auto& route = *run.plan.route;
    run.may_be_routed = false;
    os::write_durably(settings.blue_green.upstream, upstream_text(settings, route.to));
    test_proxy(settings, run.deadline);
    run.may_be_routed = true;
    reload_proxy(settings, run.deadline);
    if (!run.has_begun("stop")) run.downtime = 0;
    return (route.from.empty() ? "" : route.from + " → ") + route.to;
  }

  // The new version is stopped only once nginx asks the old one again.
  std::string undo(Run& run) override {
    const auto& settings = run.site.settings;
    const auto& route = *run.plan.route;
    if (!route.before) {
      os::remove_durably(settings.blue_green.upstream);
      return "as before: nginx had nothing to ask";
    }
    os::write_durably(settings.blue_green.upstream, *route.before);
    if (!run.may_be_routed) return "as before: nginx was not told";
    reload_proxy(settings, Deadline(kUndoLimit));
    drain(settings, route.to);
    return route.from.empty() ? "as before" : "back to " + route.from;
  }
};
}  // namespace

std::unique_ptr<Step> make_route() { return std::make_unique<TellProxy>(); }

}  // namespace nutricount::deploy
