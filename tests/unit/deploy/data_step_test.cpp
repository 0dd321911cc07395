// What a rollback that is taken back keeps of the data that was live meanwhile.
#include "backup/playground.hpp"
#include "deploy/step.hpp"
#include "os/file.hpp"

namespace nutricount::deploy {
namespace fs = std::filesystem;
namespace {
constexpr const char* kBackup = "20261123_090000";
constexpr const char* kDeployment = "20261124_101500";

struct Silence : Observer {
  void planned(const Plan& /*plan*/) override {}
  void step_started(std::string_view /*name*/) override {}
  [[nodiscard]] bool shows_progress() const override { return false; }
  void step_progress(const StepProgress& /*progress*/) override {}
  void step_finished(const StepResult& /*result*/) override {}
  void note(std::string_view /*text*/) override {}
  void ended(const Outcome& /*outcome*/) override {}
};

/// Data that went back, to be taken back.
struct Gone : backup::Playground {
  config::Settings settings;
  Plan plan;
  Silence observer;
  fs::path aside = root / "data.replaced.20261124_101500";

  Gone() {
    settings.app.directory = root;
    settings.app.units = {"demo"};
    settings.state.directory = root / ".state";
    settings.service.manager = config::ServiceManager::kProcess;
    settings.backup.include = {"data", "logs"};
    settings.backup.restore = {"data"};
    make(kBackup);
    plan.deployment = kDeployment;
    plan.data = DataChange{.backup = kBackup, .time = now()};
  }
  void go_back() {
    plan.data->inodes = {{"data", os::look_at(root / "data")->st_ino}};
    store().prepare_restore(kBackup, {"data"}, kDeployment, Deadline(), {});
    store().exchange({"data"}, kDeployment);
  }
  /// Takes it back in a run of its own, as recovery does. Returns what it says was set aside.
  std::vector<std::string> undo(std::vector<std::string> begun) {
    Site site = site_of(settings);
    Run run{.site = site, .plan = plan, .observer = observer, .begun = std::move(begun)};
    make_exchange_data()->undo(run);
    return run.set_aside;
  }
};
}  // namespace

TEST_CASE("what the old version wrote before it was put back is kept, also after a kill") {
  Gone place;
  std::string today = "first";
  SUBCASE("nothing had been written since the backup") {}
  SUBCASE("something had") { place.write("data/notes.txt", today = "today's"); }
  place.go_back();
  place.write("data/notes.txt", "meanwhile");
  for (int times = 0; times < 2; ++times) {  // killed before the journal had it
    CHECK(place.undo({"stop", "data", "start"}) == std::vector{place.aside.string()});
    CHECK(place.read("data/notes.txt") == today);
    CHECK(place.read(place.aside / "notes.txt") == "meanwhile");
  }
}

TEST_CASE("where no manifest says what was put back, it is kept once it was in use") {
  Gone place;
  place.write("data/notes.txt", "today's");
  fs::remove(place.store().layout().manifest(kBackup));
  place.go_back();
  SUBCASE("it never ran") {
    CHECK(place.undo({"stop", "data"}).empty());
    CHECK_FALSE(fs::exists(place.aside));
  }
  SUBCASE("it ran") {
    CHECK(place.undo({"stop", "data", "start"}) == std::vector{place.aside.string()});
    CHECK(place.read(place.aside / "notes.txt") == "first");
  }
  CHECK(place.read("data/notes.txt") == "today's");
}

TEST_CASE("a copy of the backup in which nothing was written is not kept") {
  std::vector<std::string> begun{"stop", "data"};
  SUBCASE("it never ran") {}
  SUBCASE("it ran") { begun.emplace_back("start"); }
  Gone place;
  place.write("data/notes.txt", "today's");
  place.go_back();
  for (int times = 0; times < 2; ++times) {
    CHECK(place.undo(begun).empty());
    CHECK(place.read("data/notes.txt") == "today's");
    CHECK_FALSE(fs::exists(place.aside));
  }
}

}  // namespace nutricount::deploy
