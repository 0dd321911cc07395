#include "deploy/colour.hpp"

#include "catching.hpp"
#include "os/file.hpp"
#include "scratch.hpp"

namespace nutricount::deploy {
namespace {
struct Ground : Scratch {
  config::Settings settings;
  Ground() {
    settings.app.directory = root / "app";
    settings.state.directory = root / "state";
    settings.blue_green.upstream = root / "upstream.conf";
    settings.update.strategy = config::Strategy::kBlueGreen;
    std::filesystem::create_directory(root / "state");
  }
  void serve(const Colour& colour) const {
    write("upstream.conf", upstream_text(settings, colour));
    admit(settings, colour);
  }
};
}  // namespace

TEST_CASE("the live colour is the one that nginx asks") {
  const Ground ground;
  CHECK(live_colour(ground.settings).empty());
  ground.serve("green");
  CHECK(live_colour(ground.settings) == "green");
  CHECK(units_of(ground.settings, live_colour(ground.settings)) ==
        std::vector<std::string>{"nutrition-tracker@green.service"});
  ground.serve("blue");
  CHECK(live_colour(ground.settings) == "blue");
}

TEST_CASE("the way leads to the other one, and knows what the file said") {
  const Ground ground;
  Route route = next_route(ground.settings);
  CHECK(route.from.empty());
  CHECK(route.to == "blue");
  CHECK_FALSE(route.before);
  ground.write("upstream.conf", "upstream nutricount { server 127.0.0.1:5000; }\n");
  route = next_route(ground.settings);  // strategy "restart" until now
  CHECK(route.from.empty());
  CHECK(route.before == "upstream nutricount { server 127.0.0.1:5000; }\n");
  ground.serve("blue");
  route = next_route(ground.settings);
  CHECK(route.from == "blue");
  CHECK(route.to == "green");
  CHECK(route.before == upstream_text(ground.settings, "blue"));
}

TEST_CASE("a file that was changed by hand says nothing of who serves") {
  Ground ground;
  ground.serve("blue");
  SUBCASE("it was edited") { ground.write("upstream.conf", "upstream nutricount { server x; }\n"); }
  SUBCASE("it is gone") { std::filesystem::remove(ground.root / "upstream.conf"); }
  SUBCASE("the port is another one now") { ground.settings.blue_green.blue_port = 7001; }
  const Error error = error_of([&] { refuse_changed_upstream(ground.settings); });
  CHECK(tells(error, "blue may run"));
  CHECK(tells(error, ground.settings.blue_green.upstream.string()));
  CHECK(units_of(ground.settings, live_colour(ground.settings)) == ground.settings.app.units);
  CHECK(live_colour(ground.settings).empty());
  dismiss(ground.settings, "blue");
  refuse_changed_upstream(ground.settings);
}

TEST_CASE("a colour that may run is not forgotten for another strategy") {
  Ground ground;
  ground.serve("green");
  ground.settings.update.strategy = config::Strategy::kRestart;
  const Error error = error_of([&] { refuse_changed_upstream(ground.settings); });
  CHECK(error.status() == ExitStatus::kUsage);
  CHECK(tells(error, "green may run, and update.strategy is \"restart\""));
  CHECK(tells(error, (ground.root / "state/colours/green").string()));
}

TEST_CASE("each colour has a tree, a unit and a port of its own") {
  Ground ground;
  auto& settings = ground.settings;
  CHECK(tree_of(settings, "blue") == ground.root / "app.blue");
  CHECK(tree_of(settings, "") == ground.root / "app");
  CHECK(unit_of(settings, "green") == "nutrition-tracker@green.service");
  for (const auto& [url, expected] : std::vector<std::pair<std::string, std::string>>{
           {"https://example.org/health?full=1", "http://127.0.0.1:5002/health?full=1"},
           {"http://localhost:80", "http://127.0.0.1:5002/"}}) {
    settings.health.url = url;
    CHECK(health_of(settings, "green").url == expected);
    CHECK(health_of(settings, "").url == url);
  }
  CHECK(all_units(settings) == std::vector<std::string>{"nutrition-tracker.service",
                                                        "nutrition-tracker@blue.service",
                                                        "nutrition-tracker@green.service"});
  settings.update.strategy = config::Strategy::kRestart;
  CHECK(all_units(settings) == settings.app.units);
}

TEST_CASE("who may run is told its port") {
  const Ground ground;
  admit(ground.settings, "green");
  CHECK(ground.read("state/colours/green") == "PORT=5002\n");
  dismiss(ground.settings, "green");
  dismiss(ground.settings, "green");
  dismiss(ground.settings, "");
  CHECK_FALSE(os::look_at(ground.root / "state/colours/green"));
}

}  // namespace nutricount::deploy
