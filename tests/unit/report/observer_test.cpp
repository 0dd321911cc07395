#include "report/observers.hpp"

#include <nlohmann/json.hpp>

#include <thread>

#include "captured.hpp"
#include "deploy/history.hpp"
#include "outcomes.hpp"

namespace nutricount::report {
using deploy::Outcome;
using deploy::StepStatus;
namespace {
Options options_for(bool json = false) {
  return {.json = json, .log = LogFile(), .app_name = "nutricount", .branch = "main"};
}

/// An update from its plan to its end, with progress and a note in between.
void tell(const Options& options, const Outcome& outcome) {
  const auto observer = make_observer(options);
  observer->step_started("fetch");
  observer->step_finished({"fetch", StepStatus::kDone, 0.414, "1.2 MiB, 48 objects"});
  observer->planned(update_plan());
  observer->note("removed index.lock, which a killed git left behind");
  observer->step_started("back up");
  std::this_thread::sleep_for(Milliseconds(110));  // progress is shown ten times a second
  observer->step_progress({3, 204, "files", 5U << 20U});
  observer->step_finished({"back up", StepStatus::kDone, 0.12, "data, logs"});
  if (outcome.exit_status != ExitStatus::kDone) {
    observer->step_finished({"health", StepStatus::kFailed, 0.19, "exited\nwith \x1b[1m3\x1b[0m"});
    observer->step_finished({"stop", StepStatus::kUndone, 0.2, "started, healthy", true});
  }
  observer->ended(outcome);
}

std::size_t lines_in(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}
}  // namespace

TEST_CASE("to a pipe: a line for each thing, no escape codes, nothing live") {
  const Written done = written({}, [] { tell(options_for(), updated()); });
  CHECK(done.out ==
        "ok     fetch          1.2 MiB, 48 objects                                0.41 s\n"
        "nutricount  main 1111111 → 2222222   2 commits, 2 files   by Anton\n"
        "  2222222  Fasting streaks\n"
        "  3333333  Between\n"
        "note removed index.lock, which a killed git left behind\n"
        "ok     back up        data, logs                                         0.12 s\n"
        "ok Updated to 2222222 in 25.0 s. Down for 1.30 s.\n"
        "  The data of before is in backup 20261124_101500.\n");
  CHECK(done.err.empty());
}

TEST_CASE("a failure to a pipe: still a line each, the reason on stderr too") {
  const Written done = written({}, [] { tell(options_for(), rolled_back()); });
  CHECK_FALSE(has(done.out + done.err, "\x1b"));
  CHECK(has(done.out, "failed health         exited\\nwith \\x1b[1m3\\x1b[0m"));
  CHECK(has(done.out, "undo   stop           started, healthy "));
  CHECK(has(done.out, "    Traceback:\n    \tSyntaxError: \\x1b[31minvalid\\x1b[0m\n"));
  CHECK(has(done.out, "failed Not updated: 2222222: demo.service exited with status 3."));
  CHECK(lines_in(done.out) == 6 + 2 + 2 + 3);
  CHECK(done.err == "error: demo.service exited with status 3\n  hint: look at its log\n");
}

TEST_CASE("on a terminal: colour, symbols, and progress that goes again") {
  const Surroundings terminal{.terminal = true, .environment = {{"LANG", "C.UTF-8"}}};
  const Written done = written(terminal, [] { tell(options_for(), rolled_back()); });
  CHECK(has(done.out, "\x1b[32m✔\x1b[0m fetch "));
  CHECK(has(done.out, "\x1b[31m✖\x1b[0m health "));
  CHECK(has(done.out, "\x1b[2m↺\x1b[0m stop "));
  CHECK(has(done.out, "\r\x1b[K  back up        3 of 204 files, 5.0 MiB  0."));
  CHECK(has(done.out, "\r\x1b[K\x1b[32m✔\x1b[0m back up "));
  CHECK_FALSE(has(done.out, "\x1b[1m"));  // of a step's text
  CHECK_FALSE(has(done.out, "\x1b[31minvalid"));
  CHECK(done.out.ends_with('\n'));
}

TEST_CASE("on a terminal without colour there is progress all the same") {
  const Surroundings terminal{.terminal = true, .environment = {{"NO_COLOR", "1"}}};
  const Written done = written(terminal, [] { tell(options_for(), updated()); });
  CHECK(has(done.out, "3 of 204 files"));
  CHECK_FALSE(has(done.out, "\x1b[32m"));
  CHECK_FALSE(has(done.out, "\x1b[0m"));
}

TEST_CASE("an error in the middle of a step does not stand behind its live line") {
  const Written done = written({.terminal = true}, [] {
    const auto observer = make_observer(options_for());
    observer->step_started("fetch");
  });
  CHECK(has(done.out, "fetch"));
  CHECK(done.out.ends_with("\r\x1b[K"));
}

TEST_CASE("for a program: one document on stdout, the rest on stderr") {
  for (const auto& outcome : {updated(), rolled_back()}) {
    const Written done = written({}, [&] { tell(options_for(true), outcome); });
    CHECK(nlohmann::json::parse(done.out) == deploy::to_json(outcome));
    CHECK(has(done.err, "ok     fetch "));
    CHECK_FALSE(has(done.err, "\x1b"));
  }
  Outcome odd = updated();
  odd.to.subject = "caf\xe9\n\x1b[31m";
  const Written done = written({}, [&] { tell(options_for(true), odd); });
  CHECK(nlohmann::json::parse(done.out).at("to").at("subject") == "caf\xef\xbf\xbd\n\x1b[31m");
  CHECK_FALSE(has(done.out, "\x1b"));
}

TEST_CASE("quiet says nothing of what goes well, and the error of what does not") {
  Options quiet = options_for();
  quiet.quiet = true;
  for (const bool terminal : {false, true}) {
    const Surroundings surroundings{.terminal = terminal};
    const Written good = written(surroundings, [&] { tell(quiet, updated()); });
    CHECK(good.out.empty());
    CHECK(good.err.empty());
    const Written bad = written(surroundings, [&] { tell(quiet, rolled_back()); });
    CHECK(bad.out.empty());
    CHECK(bad.err == "error: demo.service exited with status 3\n  hint: look at its log\n");
  }
  quiet.json = true;
  const Written document = written({}, [&] { tell(quiet, updated()); });
  CHECK(nlohmann::json::parse(document.out).at("outcome") == "updated");
  CHECK(document.err.empty());
}

TEST_CASE("no news is one line and no error") {
  Outcome unchanged = updated();
  unchanged.result = deploy::Result::kUnchanged;
  unchanged.error = deploy::Failure{"Nothing new on main: 1111111 is deployed.", ""};
  const Written done = written({}, [&] { make_observer(options_for())->ended(unchanged); });
  CHECK(done.out == "ok Nothing new on main: 1111111 is deployed.\n");
  CHECK(done.err.empty());
}

TEST_CASE("a dry run ends with what would happen") {
  Outcome planned = updated();
  planned.result = deploy::Result::kPlanned;
  const Written done = written({}, [&] {
    const auto observer = make_observer(options_for());
    observer->planned(update_plan());
    observer->ended(planned);
  });
  CHECK(done.out.ends_with("Nothing was changed.\n"));
  CHECK(has(done.out, "Would stop: "));
}

TEST_CASE("the log has it all, also when quiet") {
  const Scratch place;
  Options options = options_for();
  options.quiet = true;
  options.log = LogFile(place.root / "log");
  static_cast<void>(written({}, [&] { tell(options, rolled_back()); }));
  const std::string log = place.read("log");
  CHECK(has(log, " - INFO - nutricount  main 1111111 → 2222222"));
  CHECK(has(log, " - INFO - fetch done: 1.2 MiB, 48 objects (0.41 s)\n"));
  CHECK(has(log, " - WARNING - removed index.lock"));
  CHECK(has(log, " - ERROR - health failed: exited\n"));
  CHECK(has(log, " - INFO - stop undone: started, healthy (0.20 s)\n"));
  CHECK(has(log, " - ERROR - Not updated: 2222222: demo.service exited with status 3."));
}

TEST_CASE("an error has its hint where there is one, and goes to the log") {
  const Scratch place;
  const LogFile log(place.root / "log");
  CHECK(written({}, [&] { print_error("what\x1b[31m", "do\nthis", log); }).err ==
        "error: what\\x1b[31m\n  hint: do\\nthis\n");
  CHECK(written({}, [&] { print_error("what", "", LogFile()); }).err == "error: what\n");
  CHECK(has(place.read("log"), " - ERROR - what"));
}

}  // namespace nutricount::report
