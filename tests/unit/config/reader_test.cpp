#include "config/reader.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/error.hpp"

using namespace nutricount;
using namespace nutricount::config;

namespace {
struct File {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / "nutricount-config-test.toml";
  explicit File(const char* text) { std::ofstream(path) << text; }
  ~File() { std::filesystem::remove(path); }
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
  const std::string file =
      (std::filesystem::temp_directory_path() / "nutricount-config-test.toml").string();
  CHECK(refusal("[backup]\nkept = 5\n").find(file + ":2:1: unknown key \"backup.kept\"") == 0);
  CHECK(refusal("[backup]\nkept = 5\n").find("did you mean \"backup.keep\"?") != std::string::npos);
  CHECK(refusal("[backup]\nkeep = \"5\"\n").find(":2:8: backup.keep must be a whole number") !=
        std::string::npos);
  CHECK(refusal("[backup]\nkeep = 0\n").find("must be from 1 to") != std::string::npos);
  CHECK(refusal("[app\n").find(":1:") != std::string::npos);
  CHECK(refusal("[nope]\nx = 1\n").find("unknown section \"nope\"") != std::string::npos);
  for (const char* text :
       {"[app]\ndirectory = \"relative\"\n", "[app]\nunits = []\n", "[app]\nunits = [\"a b\"]\n",
        "[source]\nbranch = \"-x\"\n", "[source]\nbranch = \"a..b\"\n",
        "[health]\nurl = \"ftp://x\"\n", "[health]\ndeadline = \"5\"\n",
        "[health]\ndeadline = \"0s\"\n", "[backup]\ninclude = [\"../x\"]\n",
        "[backup]\nrestore = [\"other\"]\n", "[python]\nrequirements = [\"/etc/passwd\"]\n",
        "[update]\nprobation = \"10m\"\n", "[service]\nmanager = \"upstart\"\n"}) {
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
