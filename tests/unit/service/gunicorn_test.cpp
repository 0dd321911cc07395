#include <fmt/format.h>

#include <future>

#include "calling.hpp"
#include "http/probe.hpp"
#include "playground.hpp"

namespace nutricount::service {
namespace {
const std::string kApplication = R"(
import time
from flask import Flask
app = Flask(__name__)
@app.get("/health")
def health():
    return {"status": "healthy"}
@app.get("/slow")
def slow():
    open("busy", "w").close()
    time.sleep(0.5)
    return {"status": "finished"}
)";
}  // namespace

TEST_CASE("gunicorn with Flask starts, finishes its requests when stopped, and starts again") {
  Playground place("", kApplication);
  fs::rename(place.root / "app" / "program", place.root / "app" / "diary.py");
  const auto port = free_port();
  place.settings.start = {
      kPython,    "-m", "gunicorn", "--workers", "2", "--bind", fmt::format("127.0.0.1:{}", port),
      "diary:app"};
  const auto get = [&](const std::string& path) {
    return http::get({.url = fmt::format("http://127.0.0.1:{}{}", port, path)});
  };
  const auto manager = place.manager();
  manager->start(soon());
  REQUIRE(comes_true([&] { return get("/health").status == 200; }));

  auto slow = std::async(std::launch::async, [&] { return get("/slow"); });
  REQUIRE(comes_true([&] { return fs::exists(place.root / "app" / "busy"); }));
  const auto process = os::identify(manager->states().at(0).main_pid).value();
  manager->stop(soon());
  CHECK(os::session_members(process).empty());
  CHECK(slow.get().body.find("finished") != std::string::npos);
  CHECK(get("/health").status == 0);

  manager->start(soon());
  REQUIRE(comes_true([&] { return get("/health").status == 200; }));
  CHECK(manager->states().at(0).main_pid != process.pid);
}

}  // namespace nutricount::service
