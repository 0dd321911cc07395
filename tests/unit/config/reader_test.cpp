#include "config/reader.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "base/error.hpp"
#include "scratch.hpp"

using namespace nutricount;
using namespace nutricount::config;

namespace {
struct File : Scratch {
  std::filesystem::path path = root / "config.toml";
  explicit File(const char* text) { write("config.toml", text); }
};

Loaded load_text(const char* text) {
  const File file(text);
  return load({.file = file.path});
}

std::string refusal(const char* text) {
  try {
    static_cast<void>(load_text(text));
  } catch (const Error& error) {
    CHECK(error.status() == ExitStatus::kUsage);
    CHECK_FALSE(error.hint().empty());
    return std::string(error.what()) + " / " + error.hint();
  }
  return {};
}
}  // namespace

TEST_CASE("without a file the seed's own paths hold") {
  const auto loaded = load_text("");
  CHECK(loaded.settings.app.directory == "/home/pi/nutricount");
  CHECK(loaded.settings.backup.keep == 5);
  CHECK(loaded.settings.update.timeout == std::chrono::seconds(300));
}

TEST_CASE("what is wrong is named with its place and what to do") {
  CHECK(refusal("[backup]\nkept = 5\n").find("/config.toml:2:1: unknown key \"backup.kept\"") !=
        std::string::npos);
  CHECK(refusal("[backup]\nkept = 5\n").find("did you mean \"backup.keep\"?") != std::string::npos);
  CHECK(refusal("[backup]\nkeep = \"5\"\n").find(":2:8: backup.keep must be a whole number") !=
        std::string::npos);
  CHECK(refusal("[backup]\nkeep = 0\n").find("must be from 1 to") != std::string::npos);
  CHECK(refusal("[blue_green]\ngreen_port = 5001\n").find(":2:14: blue_green.blue_port and") !=
        std::string::npos);
  CHECK(refusal("[app\n").find(":1:") != std::string::npos);
  CHECK(refusal("[nope]\nx = 1\n").find("unknown section \"nope\"") != std::string::npos);
  for (const char* text :
       {"[app]\ndirectory = \"relative\"\n", "[app]\nunits = []\n", "[app]\nunits = [\"a b\"]\n",
        "[source]\nbranch = \"-x\"\n", "[source]\nbranch = \"a..b\"\n",
        "[health]\nurl = \"ftp://x\"\n", "[health]\ndeadline = \"5\"\n",
        "[health]\ndeadline = \"0s\"\n", "[backup]\ninclude = [\"../x\"]\n",
        "[backup]\nrestore = [\"other\"]\n", "[python]\nrequirements = [\"/etc/passwd\"]\n",
        "[update]\nstrategy = \"swarm\"\n", "[service]\nmanager = \"upstart\"\n"}) {
    CAPTURE(text);
    CHECK_FALSE(refusal(text).empty());
  }
}

TEST_CASE("the environment goes before the file, the command line before both") {
  const File file("[update]\ntimeout = \"1m\"\n[app]\nunits = [\"a.service\"]\n");
  const auto loaded = load({.file = file.path,
                            .environment = {{"NUTRICOUNT_DEPLOY_UPDATE_TIMEOUT", "2m"},
                                            {"NUTRICOUNT_DEPLOY_APP_UNITS", "[\"b.service\"]"},
                                            {"HOME", "/root"}},
                            .command_line = {{"update.timeout", {"3m", "--timeout"}}}});
  CHECK(loaded.settings.update.timeout == std::chrono::minutes(3));
  CHECK(loaded.settings.app.units == std::vector<std::string>{"b.service"});
  const auto origin = [&](const char* key) {
    return std::find_if(loaded.origins.begin(), loaded.origins.end(),
                        [&](const Origin& one) { return one.key == key; })
        ->origin;
  };
  CHECK(origin("update.timeout") == "--timeout");
  CHECK(origin("app.units") == "NUTRICOUNT_DEPLOY_APP_UNITS");
  CHECK(origin("app.name") == "built-in");
}

TEST_CASE("an unknown variable is refused, and no credentials are shown") {
  CHECK_THROWS_AS(static_cast<void>(load({.environment = {{"NUTRICOUNT_DEPLOY_APP_NAEM", "x"}}})),
                  Error);
  const auto loaded = load_text("[source]\nurl = \"https://me:SENTINEL@example.org/x.git\"\n");
  for (const auto& one : loaded.origins) CHECK(one.value.find("SENTINEL") == std::string::npos);
}

TEST_CASE("an address in a command is shown without its credentials") {
  const auto loaded = load_text(
      "[python]\ninstall = [\"pip\", \"install\", "
      "\"--index-url=https://me:SENTINEL@host/simple\"]\n"
      "[service]\nstart = [\"env\", \"DATABASE=postgres://me:SENTINEL@host/x\", \"run\"]\n");
  CHECK(loaded.settings.python.install.back() == "--index-url=https://me:SENTINEL@host/simple");
  for (const auto& one : loaded.origins) CHECK(one.value.find("SENTINEL") == std::string::npos);
  const std::string broken = "[\"--index-url=https://me:SENTINEL@host/simple\"";
  try {
    static_cast<void>(load({.environment = {{"NUTRICOUNT_DEPLOY_PYTHON_INSTALL", broken}}}));
    FAIL("a list that does not end was taken");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).find("SENTINEL") == std::string::npos);
  }
}

TEST_CASE("the environment is UTF-8, as a file is") {
  CHECK_THROWS_WITH_AS(static_cast<void>(load(
                           {.environment = {{"NUTRICOUNT_DEPLOY_DATABASE_COMMAND", "M\xfcsli"}}})),
                       doctest::Contains("must be UTF-8"), Error);
}

TEST_CASE("what is shown as TOML is TOML") {
  const auto loaded = load_text("[python]\ninstall = [\"a\\u007f\\n\\\"b\"]\n");
  const auto shown = std::find_if(loaded.origins.begin(), loaded.origins.end(),
                                  [](const Origin& one) { return one.key == "python.install"; });
  const std::string again = "[python]\ninstall = " + shown->value + "\n";
  CHECK(load_text(again.c_str()).settings.python.install == loaded.settings.python.install);
}

TEST_CASE("what goes back must be in the backup: whoever says otherwise is named with its place") {
  const auto refused_at = [](const char* text) { return refusal(text).find(".toml:2:"); };
  CHECK(refused_at("[backup]\nrestore = [\"data\", \"x\"]\n") != std::string::npos);
  CHECK(refused_at("[backup]\ninclude = [\"x\"]\n") != std::string::npos);
  const File file("");
  try {
    static_cast<void>(
        load({.file = file.path, .environment = {{"NUTRICOUNT_DEPLOY_BACKUP_RESTORE", "other"}}}));
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(std::string(error.what()) ==
          "NUTRICOUNT_DEPLOY_BACKUP_RESTORE: backup.restore has \"other\", which is not in "
          "backup.include");
  }
}

TEST_CASE("a file that is no configuration is refused by name") {
  const auto refused = [](const std::filesystem::path& path) {
    try {
      static_cast<void>(load({.file = path}));
    } catch (const Error& error) {
      CHECK(error.status() == ExitStatus::kUsage);
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(refused("/no/such.toml") == "cannot read /no/such.toml: No such file or directory");
  CHECK(refused("/tmp") == "/tmp is not a file of at most 1 MiB");
  CHECK(refused("/dev/zero") == "/dev/zero is not a file of at most 1 MiB");
  const File file("");
  std::filesystem::resize_file(file.path, (1U << 20U) + 1);
  CHECK(refused(file.path).find("is not a file of at most 1 MiB") != std::string::npos);
}

TEST_CASE("what TOML refuses has its place") {
  for (const char* text :
       {"[app]\nname = x\n", "[app]\nname = \"a\"\nname = \"b\"\n", "[app]\n[app]\n",
        "[app]\nname = \"\xff\"\n", "[app]\nname = \"a\nb\"\n", "[app]\nunits = [\"a\n"}) {
    CAPTURE(text);
    CHECK(refusal(text).find("/config.toml:") != std::string::npos);
  }
  CHECK(refusal("name = \"x\"\n").find(":1:1: unknown key \"name\"") != std::string::npos);
  CHECK(refusal("[[app]]\nname = \"x\"\n").find("unknown key \"app\"") != std::string::npos);
}
