// Data that a rollback puts back: copied while the application serves, put in place by renames.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/quantity.hpp"
#include "deploy/step.hpp"
#include "os/file.hpp"

namespace nutricount::deploy {
namespace {
/// Whether what was live before the exchange is live.
bool is_back(const Site& site, const DataChange& data) {
  return std::all_of(data.inodes.begin(), data.inodes.end(), [&](const auto& one) {
    const auto st = os::look_at(site.directory() / one.first);
    return (st ? st->st_ino : 0) == one.second;
  });
}

/// What the backup says nothing of is not among them.
std::vector<std::string> names_of(const DataChange& data) {
  std::vector<std::string> names;
  for (const auto& [name, inode] : data.inodes) names.push_back(name);
  return names;
}

// It leaves nothing to take back: a copy that was not put in place is swept.
class CopyData : public Step {
 public:
  [[nodiscard]] std::string_view name() const override { return "copy data"; }
  [[nodiscard]] bool has_undo() const override { return false; }

  std::string apply(Run& run) override {
    const auto& data = *run.plan.data;
    run.site.store.prepare_restore(data.backup, names_of(data), run.plan.deployment, run.deadline,
                                   progress_to(run.observer));
    return fmt::format("of {}{}", to_log_time(data.time).substr(0, 19),
                       data.verified ? "" : ", without manifest: its databases are sound");
  }
};

class ExchangeData : public Step {
 public:
  [[nodiscard]] std::string_view name() const override { return "data"; }

  std::string apply(Run& run) override {
    const auto names = names_of(*run.plan.data);
    for (const auto& path : run.site.store.exchange(names, run.plan.deployment)) {
      run.set_aside.push_back(path.string());
    }
    return fmt::format("{} of {}", fmt::join(names, ", "), run.plan.data->backup);
  }

  // What the old version wrote meanwhile is kept aside in its turn.
  std::string undo(Run& run) override {
    const auto& store = run.site.store;
    const auto& data = *run.plan.data;
    const auto names = names_of(data);
    // Where a kill left it put back already, what is live says nothing of what is aside.
    const bool written =
        run.has_begun("start") && (is_back(run.site, data) || !store.matches(data.backup, names));
    store.exchange_back(data.inodes, run.plan.deployment);
    run.set_aside.clear();
    for (const auto& [name, inode] : data.inodes) {
      const auto aside = store.aside(name, run.plan.deployment);
      if (!written) os::remove_tree(aside);
      if (written && os::look_at(aside)) run.set_aside.push_back(aside.string());
    }
    return "data put back";
  }
};
}  // namespace

std::unique_ptr<Step> make_copy_data() { return std::make_unique<CopyData>(); }
std::unique_ptr<Step> make_exchange_data() { return std::make_unique<ExchangeData>(); }

}  // namespace nutricount::deploy
