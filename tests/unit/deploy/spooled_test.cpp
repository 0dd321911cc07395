#include "deploy/spooled.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>

#include "catching.hpp"
#include "os/child.hpp"
#include "os/interruption.hpp"
#include "scratch.hpp"
#include "waiting.hpp"

namespace nutricount::deploy {
namespace {
namespace fs = std::filesystem;
constexpr Milliseconds kRetry(1);

struct Notes : Observer {
  std::vector<std::string> all;
  void planned(const Plan& /*plan*/) override {}
  void step_started(std::string_view /*name*/) override {}
  [[nodiscard]] bool shows_progress() const override { return false; }
  void step_progress(const StepProgress& /*progress*/) override {}
  void step_finished(const StepResult& /*result*/) override {}
  void note(std::string_view text) override { all.emplace_back(text); }
  void ended(const Outcome& /*outcome*/) override {}
  [[nodiscard]] bool have(const std::string& words) const {
    return std::any_of(all.begin(), all.end(),
                       [&](auto& one) { return one.find(words) != std::string::npos; });
  }
};

Outcome outcome_of(ExitStatus status) { return {.exit_status = status}; }

/// A spool, what is asked of the attempts, and what they do.
struct Case : Scratch {
  webhook::Spool spool{root};
  Notes notes;
  std::vector<UpdateRequest> asked;
  UpdateRequest like{.force = true, .trigger = "webhook", .wait = Milliseconds(7)};

  static std::string commit(char digit) { return std::string(40, digit); }
  void add(const std::string& commit, const std::string& delivery) {
    spool.add({.name = {}, .commit = commit, .delivery = delivery, .time = now()});
  }
  std::optional<Outcome> run(const std::function<Outcome()>& attempt) {
    return update_spooled(
        spool, like, kRetry,
        [&](const UpdateRequest& request) {
          asked.push_back(request);
          return attempt();
        },
        notes);
  }
  std::optional<Outcome> run(ExitStatus status) {
    return run([&] { return outcome_of(status); });
  }
  [[nodiscard]] std::size_t set_aside() const {
    return static_cast<std::size_t>(std::count_if(fs::directory_iterator(root), {}, [](auto& one) {
      return one.path().extension() == ".refused";
    }));
  }
};
}  // namespace

TEST_CASE("an empty spool starts nothing") {
  Case one;
  CHECK_FALSE(one.run(ExitStatus::kDone));
  CHECK(one.asked.empty());
}

TEST_CASE("all that waits is one deployment, and is gone after it, however it ended") {
  for (const ExitStatus status : {ExitStatus::kDone, ExitStatus::kNo}) {
    Case one;
    one.add(one.commit('a'), "first");
    one.add(one.commit('b'), "second");
    const auto outcome = one.run(status);
    REQUIRE(outcome);
    CHECK(outcome->exit_status == status);
    REQUIRE(one.asked.size() == 1);
    const UpdateRequest& asked = one.asked[0];
    CHECK(asked.expect == std::vector{one.commit('a'), one.commit('b')});
    CHECK(asked.deliveries.at(one.commit('b')) == "second");
    CHECK((asked.force && asked.trigger == "webhook" && asked.wait == Milliseconds(7)));
    CHECK(one.spool.count() == 0);
    CHECK(one.set_aside() == 0);
  }
}

TEST_CASE("one that names no commit means what the branch is at, and so do all with it") {
  Case one;
  one.add(one.commit('a'), "first");
  one.add("", "second");
  one.add(one.commit('b'), "third");
  CHECK(one.run(ExitStatus::kDone));
  REQUIRE(one.asked.size() == 1);
  CHECK(one.asked[0].expect.empty());
  CHECK(one.asked[0].deliveries.at("") == "second");
  CHECK(one.asked[0].deliveries.at(one.commit('a')) == "first");
  CHECK(one.spool.count() == 0);
}

TEST_CASE("what is asked for meanwhile is left for the next call") {
  Case one;
  one.add(one.commit('a'), "first");
  CHECK(one.run([&] {
    one.add(one.commit('b'), "second");
    return outcome_of(ExitStatus::kDone);
  }));
  REQUIRE(one.spool.count() == 1);
  CHECK(one.spool.waiting()[0].commit == one.commit('b'));
}

TEST_CASE("an attempt that could not begin is made again, with what waits then") {
  Case one;
  one.add(one.commit('a'), "first");
  const auto outcome = one.run([&] {
    if (one.asked.size() == 1) one.add(one.commit('b'), "second");
    if (one.asked.size() < 4) throw Error("origin is down");
    return outcome_of(ExitStatus::kDone);
  });
  CHECK(outcome);
  REQUIRE(one.asked.size() == 4);
  CHECK(one.asked[0].expect.size() == 1);
  CHECK(one.asked[3].expect.size() == 2);
  CHECK(one.notes.have("origin is down; tried again in 1ms"));
  CHECK(one.notes.have("tried again in 4ms"));
  CHECK(one.spool.count() == 0);
  CHECK(one.set_aside() == 0);
}

TEST_CASE("after the fourth time what waits is set aside, and the failure is told") {
  for (const ExitStatus status : {ExitStatus::kNo, ExitStatus::kLocked, ExitStatus::kUsage}) {
    Case one;
    one.add(one.commit('a'), "first");
    one.add("", "");
    const Error error =
        error_of([&] { one.run([&]() -> Outcome { throw Error("no", "hint", status); }); });
    CHECK(error.status() == status);
    CHECK(one.asked.size() == 4);
    CHECK(one.spool.count() == 0);
    CHECK(one.set_aside() == 2);
    CHECK(one.notes.have("not deployed: " + one.commit('a') + " (delivery first)"));
    CHECK(one.notes.have("not deployed: the branch (delivery without an id)"));
    CHECK_FALSE(one.run(ExitStatus::kDone));
  }
}

TEST_CASE("what was interrupted waits on, for the next boot") {
  for (const ExitStatus status : {ExitStatus::kInterrupted, ExitStatus::kTerminated}) {
    Case one;
    one.add(one.commit('a'), "first");
    CHECK(one.run(status)->exit_status == status);
    CHECK(one.spool.count() == 1);
    const Error error =
        error_of([&] { one.run([&]() -> Outcome { throw Error("signal", "", status); }); });
    CHECK(error.status() == status);
    CHECK(one.asked.size() == 2);
    CHECK(one.spool.count() == 1);
  }
}

TEST_CASE("where hands are needed the request is kept for a person, and not tried again") {
  Case one;
  one.add(one.commit('a'), "first");
  CHECK(one.run(ExitStatus::kHandsNeeded)->exit_status == ExitStatus::kHandsNeeded);
  CHECK(one.asked.size() == 1);
  CHECK(one.spool.count() == 0);
  CHECK(one.set_aside() == 1);
}

TEST_CASE("what is no request is told, and keeps nobody else's from being deployed") {
  Case one;
  one.write("1-0.request", "garbage");
  one.add(one.commit('a'), "first");
  CHECK(one.run(ExitStatus::kDone));
  CHECK(one.notes.have("a request in the spool was set aside: 1-0.request"));
  CHECK(one.asked[0].expect == std::vector{one.commit('a')});
}

TEST_CASE("a request that cannot be taken away is told, and not deployed a second time") {
  Case one;
  one.add(one.commit('a'), "first");
  const fs::path file = one.root / one.spool.waiting()[0].name;
  const Error error = error_of([&] {
    one.run([&] {
      fs::remove(file);
      fs::create_directories(file / "within");  // what unlink(2) does not remove, for root either
      return outcome_of(ExitStatus::kDone);
    });
  });
  CHECK(tells(error, file.string()));
  CHECK(one.asked.size() == 1);
}

TEST_CASE("a signal ends the wait between two attempts; the request waits on") {
  Case one;
  one.add(one.commit('a'), "first");
  // Handlers stay for the life of a process: this is one of its own.
  const std::string ended = os::run_in_child({.deadline = soon()}, [&](const os::Report&) {
    os::catch_signals();
    try {
      static_cast<void>(update_spooled(
          one.spool, one.like, std::chrono::hours(1),
          [](const UpdateRequest&) -> Outcome {
            raise(SIGTERM);
            throw Error("origin is down");
          },
          one.notes));
    } catch (const Error& error) {
      return std::to_string(static_cast<int>(error.status()));
    }
    return std::string("nothing was thrown");
  });
  CHECK(ended == "143");
  CHECK(one.spool.count() == 1);
}

}  // namespace nutricount::deploy
