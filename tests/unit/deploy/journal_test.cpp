#include "deploy/journal.hpp"

#include <sys/resource.h>

#include <csignal>

#include "base/checksum.hpp"
#include "catching.hpp"
#include "os/child.hpp"
#include "os/file.hpp"
#include "plans.hpp"
#include "scratch.hpp"

namespace nutricount::deploy {
namespace fs = std::filesystem;
using nlohmann::json;
namespace {
struct Desk : Scratch {
  fs::path path = root / "journal";
  Journal journal{path};

  /// A journal with every kind of record.
  void write_all_kinds() const {
    journal.begin(whole_plan());
    journal.step("stop");
    journal.command({4711, 987654321012345, "boot"});
    journal.step("back up");
    journal.undo({{"message", "hint"}, "health", "unhealthy", 130});
    journal.undone("back up");
  }
  [[nodiscard]] std::string text() const { return read("journal"); }
  [[nodiscard]] Error refusal() const {
    return error_of([&] { static_cast<void>(journal.load()); });
  }
};

/// What a state says, to compare it.
std::string words(const std::optional<JournalState>& state) {
  if (!state) return "nothing";
  json all{{"plan", state->plan}, {"begun", state->begun}, {"undone", state->undone}};
  if (state->command) {
    all["command"] = {state->command->pid, state->command->start_time, state->command->boot_id};
  }
  if (state->undo) {
    all["undo"] = {state->undo->failure.message, state->undo->failure.hint, state->undo->step,
                   state->undo->bad_reason, state->undo->exit_status};
  }
  if (state->committed) all["committed"] = *state->committed;
  return all.dump();
}
}  // namespace

TEST_CASE("no file, no deployment in flight") {
  const Desk desk;
  CHECK_FALSE(desk.journal.load());
  desk.journal.remove();  // fine, too
  CHECK_FALSE(fs::exists(desk.path));
}

TEST_CASE("every record is read back, in order") {
  const Desk desk;
  desk.write_all_kinds();
  const auto state = desk.journal.load();
  REQUIRE(state);
  CHECK(json(state->plan) == json(whole_plan()));
  CHECK(state->begun == std::vector<std::string>{"stop", "back up"});
  CHECK(state->undone == std::vector<std::string>{"back up"});
  REQUIRE(state->command);
  CHECK(*state->command == os::ProcessId{4711, 987654321012345, "boot"});
  REQUIRE(state->undo);
  CHECK(state->undo->failure.message == "message");
  CHECK(state->undo->failure.hint == "hint");
  CHECK(state->undo->step == "health");
  CHECK(state->undo->bad_reason == "unhealthy");
  CHECK(state->undo->exit_status == 130);
  CHECK_FALSE(state->committed);
  desk.journal.remove();
  CHECK_FALSE(desk.journal.load());
}

TEST_CASE("a rollback survives in the journal with all that going on needs") {
  const Desk desk;
  desk.journal.begin(whole_rollback());
  desk.journal.step("data");
  const auto state = desk.journal.load();
  REQUIRE(state);
  CHECK(state->plan.kind == Kind::kRollback);
  REQUIRE(state->plan.data);
  CHECK(state->plan.data->inodes == whole_rollback().data->inodes);
  CHECK(json(state->plan) == json(whole_rollback()));
}

TEST_CASE("a plan that makes no sense needs hands") {
  const Desk desk;
  desk.journal.begin(whole_rollback());
  json record = json::parse(desk.text());
  record.erase("crc32");
  for (const auto& [name, value] : {std::pair<const char*, json>{"/plan/kind", "resume"},
                                    {"/plan/data/backup", "../../etc"},
                                    {"/plan/data/inodes/data", -1},
                                    {"/plan/changes", 7}}) {
    CAPTURE(name);
    json wrong = record;
    wrong[json::json_pointer(name)] = value;
    desk.write("journal", with_checksum(wrong.dump()) + "\n");
    const Error error = desk.refusal();
    CHECK(error.status() == ExitStatus::kHandsNeeded);
    CHECK(tells(error, desk.path.string() + " line 1 cannot be understood"));
  }
}

TEST_CASE("a committed deployment has its history entry with it") {
  const Desk desk;
  desk.journal.begin(whole_plan());
  desk.journal.step("start");
  const json entry{{"outcome", "updated"}, {"steps", {1, 2.5, nullptr}}};
  desk.journal.committed(entry);
  CHECK(desk.journal.load()->committed == entry);
}

// The commit could not be flushed, so the executor puts back: recovery must not complete instead.
TEST_CASE("putting back that began after a commit wins") {
  const Desk desk;
  desk.journal.begin(whole_plan());
  desk.journal.committed({{"outcome", "updated"}});
  desk.journal.undo({{"the disk reports errors", ""}, "health", "", 1});
  const auto state = desk.journal.load();
  REQUIRE(state);
  CHECK_FALSE(state->committed);
  CHECK(state->undo);
}

TEST_CASE("of two commands the last one counts, and a new beginning forgets all") {
  const Desk desk;
  desk.write_all_kinds();
  desk.journal.command({1, 2, "later"});
  CHECK(desk.journal.load()->command->boot_id == "later");
  desk.journal.begin(whole_plan());
  const auto state = desk.journal.load();
  CHECK(state->begun.empty());
  CHECK_FALSE(state->command);
  CHECK_FALSE(state->undo);
}

TEST_CASE("text of any kind does not make a journal that cannot be read") {
  const Desk desk;
  Plan plan = whole_plan();
  plan.to.subject = "caf\xe9 \x01\x1b[31m\n\"}";
  desk.journal.begin(plan);
  desk.journal.step("line\nbreak \xff");
  desk.journal.undo({{"it said \xfe\xff\n{\"record\":\"begin\"}", ""}, "migrate", "", 1});
  const auto state = desk.journal.load();
  REQUIRE(state);
  CHECK(state->plan.to.id == plan.to.id);
  CHECK(state->begun.size() == 1);
  CHECK(state->undo->step == "migrate");
}

TEST_CASE("torn after any byte it says what its whole lines say") {
  const Desk desk;
  desk.write_all_kinds();
  desk.journal.committed({{"outcome", "updated"}});
  const std::string whole = desk.text();
  std::string last = "nothing";
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    const std::string part = whole.substr(0, length);
    desk.write("journal", part);
    const std::string said = words(desk.journal.load());
    if (part.ends_with('\n')) {
      CHECK(said != last);
      last = said;
    } else if (said != last) {
      FAIL(part);
    }
  }
}

TEST_CASE("what is written after a torn line does not run into it") {
  const Desk desk;
  desk.journal.begin(whole_plan());
  desk.journal.step("stop");
  const std::string whole = desk.text();
  const auto torn_by = [&](std::size_t bytes) {
    desk.write("journal", whole.substr(0, whole.size() - bytes));
  };
  for (const std::size_t bytes : {1U, 2U, 10U}) {
    CAPTURE(bytes);
    torn_by(bytes);
    desk.journal.undone("stop");
    CHECK(desk.journal.load()->begun.empty());
    CHECK(desk.journal.load()->undone == std::vector<std::string>{"stop"});
    torn_by(bytes);
    desk.journal.command({5, 6, "boot"});
    CHECK(desk.journal.load()->command->pid == 5);
  }
}

TEST_CASE("a record that does not fit on the disk leaves the journal as it was") {
  const Desk desk;
  desk.journal.begin(whole_plan());
  desk.journal.step("stop");
  const std::string before = desk.text();
  const Error error = error_of([&] {
    os::do_in_child({}, [&] {
      const rlimit most{before.size() + 20, before.size() + 20};
      signal(SIGXFSZ, SIG_IGN);
      setrlimit(RLIMIT_FSIZE, &most);
      desk.journal.step("back up");
    });
  });
  CHECK(tells(error, desk.path.string()));
  CHECK(desk.text() == before);
  desk.journal.undone("stop");
  CHECK(desk.journal.load()->undone.size() == 1);
}

TEST_CASE("a line in the middle that makes no sense needs hands: never a guess") {
  const Desk desk;
  desk.write_all_kinds();
  const std::string whole = desk.text();
  const auto first_end = whole.find('\n');
  for (const char* line :
       {"", "garbage", "null", "7", "[]", "{}", R"({"record":"step"})",
        R"({"record":"step","name":7})", R"({"record":"later than this version"})",
        R"({"record":7})", R"({"record":"command","pid":"x","start_time":1,"boot_id":""})",
        R"({"record":"undo","message":"m"})", R"({"record":"committed"})",
        R"({"record":"step","name":"stop"}{"record":"step","name":"reset"})"}) {
    CAPTURE(line);
    // Also with a checksum, as a newer version would write it.
    for (const std::string& text : {std::string(line), with_checksum(line)}) {
      desk.write("journal", whole.substr(0, first_end + 1) + text + whole.substr(first_end));
      const Error error = desk.refusal();
      CHECK(error.status() == ExitStatus::kHandsNeeded);
      CHECK(tells(error, desk.path.string() + " line 2 cannot be understood"));
      CHECK(tells(error, "check the application by hand"));
    }
  }
  desk.write("journal",
             whole.substr(0, first_end + 1) + std::string(30, '\0') + whole.substr(first_end));
  CHECK(desk.refusal().status() == ExitStatus::kHandsNeeded);
}

TEST_CASE("a journal begins once, at its beginning") {
  const Desk desk;
  desk.write_all_kinds();
  const std::string whole = desk.text();
  const std::string begin = whole.substr(0, whole.find('\n') + 1);
  desk.write("journal", whole + begin);
  CHECK(desk.refusal().status() == ExitStatus::kHandsNeeded);
  desk.write("journal", whole.substr(begin.size()));
  CHECK(desk.refusal().status() == ExitStatus::kHandsNeeded);
  CHECK(tells(desk.refusal(), "line 1"));
}

TEST_CASE("another version's journal needs hands") {
  const Desk desk;
  desk.journal.begin(whole_plan());
  json record = json::parse(desk.text());
  record.erase("crc32");
  for (const json& version : {json(1), json(3), json(0), json("2"), json(nullptr)}) {
    record["version"] = version;
    desk.write("journal", with_checksum(record.dump()) + "\n");
    const Error error = desk.refusal();
    CHECK(error.status() == ExitStatus::kHandsNeeded);
    CHECK(tells(error, "another version"));
  }
  record.erase("version");
  desk.write("journal", with_checksum(record.dump()) + "\n");
  CHECK(desk.refusal().status() == ExitStatus::kHandsNeeded);
}

TEST_CASE("a journal that cannot even be read needs hands") {
  const Desk desk;
  SUBCASE("larger than any journal") {
    desk.journal.begin(whole_plan());
    fs::resize_file(desk.path, 17U << 20U);
  }
  SUBCASE("a directory") { fs::create_directory(desk.path); }
  const Error error = desk.refusal();
  CHECK(error.status() == ExitStatus::kHandsNeeded);
  CHECK(tells(error, desk.path.string()));
  CHECK(tells(error, "check the application by hand"));
}

}  // namespace nutricount::deploy
