#include "base/log.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <regex>

#include "catching.hpp"
#include "scratch.hpp"

using namespace nutricount;
namespace fs = std::filesystem;

namespace {
std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// "2025-10-24 20:00:00,123 - INFO - message" with its time cut off; empty for any other form.
std::string without_time(const std::string& line) {
  static const std::regex form(R"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} - (.*))");
  std::smatch parts;
  return std::regex_match(line, parts, form) ? parts[1].str() : "";
}
}  // namespace

TEST_CASE("lines have the seed's format, one for each line of a message") {
  const Scratch place;
  const LogFile log(place.root / "log");
  log.write(LogLevel::kInfo, "message");
  log.write(LogLevel::kWarning, "two\nlines");
  log.write(LogLevel::kError, "");
  std::vector<std::string> said;
  for (const auto& line : lines_of(place.read("log"))) said.push_back(without_time(line));
  CHECK(said ==
        std::vector<std::string>{"INFO - message", "WARNING - two", "WARNING - lines", "ERROR - "});
  CHECK(place.read("log").ends_with('\n'));
}

TEST_CASE("what is in the file stays") {
  const Scratch place;
  place.write("log", "of another program\n");
  LogFile(place.root / "log").write(LogLevel::kInfo, "ours");
  const auto lines = lines_of(place.read("log"));
  REQUIRE(lines.size() == 2);
  CHECK(lines[0] == "of another program");
}

TEST_CASE("a log that is rotated away goes on in a new file") {
  const Scratch place;
  const LogFile log(place.root / "log");
  log.write(LogLevel::kInfo, "one");
  fs::rename(place.root / "log", place.root / "log.1");
  log.write(LogLevel::kInfo, "two");
  fs::remove(place.root / "log");
  log.write(LogLevel::kInfo, "three");
  fs::resize_file(place.root / "log", 0);  // logrotate's copytruncate
  log.write(LogLevel::kInfo, "four");
  CHECK(lines_of(place.read("log.1")).size() == 1);
  REQUIRE(lines_of(place.read("log")).size() == 1);
  CHECK(without_time(lines_of(place.read("log"))[0]) == "INFO - four");
  CHECK(place.read("log")[0] != '\0');
}

TEST_CASE("others cannot read it") {
  const Scratch place;
  const mode_t before = umask(0);
  LogFile(place.root / "log").write(LogLevel::kInfo, "x");
  umask(before);
  struct stat st {};
  REQUIRE(stat((place.root / "log").c_str(), &st) == 0);
  CHECK((st.st_mode & 07777U) == 0640);
}

TEST_CASE("lines of two processes do not mix") {
  const Scratch place;
  const LogFile log(place.root / "log");
  constexpr int kWriters = 4;
  constexpr int kLines = 200;
  for (int writer = 0; writer < kWriters; ++writer) {
    const pid_t pid = fork();
    REQUIRE(pid >= 0);
    if (pid > 0) continue;
    const std::string message(300, static_cast<char>('a' + writer));
    for (int i = 0; i < kLines; ++i) log.write(LogLevel::kInfo, message + "\n" + message);
    _exit(0);
  }
  while (wait(nullptr) > 0) {
  }
  const auto lines = lines_of(place.read("log"));
  REQUIRE(lines.size() == 2 * kWriters * kLines);
  for (std::size_t i = 0; i < lines.size(); i += 2) {
    const std::string text = without_time(lines[i]);
    REQUIRE(text.size() == 307);
    REQUIRE(text == "INFO - " + std::string(300, text.back()));
    REQUIRE(without_time(lines[i + 1]) == text);
  }
}

TEST_CASE("without a path nothing is logged, and nothing is wrong") {
  const LogFile log;
  log.check();
  log.write(LogLevel::kError, "x");
}

TEST_CASE("a file that cannot be written is refused at the start") {
  const Scratch place;
  LogFile(place.root / "log").check();
  for (const auto& path : {place.root / "no" / "log", place.root}) {
    const Error error = error_of([&] { LogFile(path).check(); });
    CHECK(error.status() == ExitStatus::kUsage);
    CHECK(tells(error, "cannot append to log file " + path.string()));
    CHECK(tells(error, "--log-file"));
  }
}

TEST_CASE("later on, a line that cannot be written is dropped") {
  const Scratch place;
  LogFile("/dev/full").write(LogLevel::kInfo, "no space");
  LogFile(place.root / "no" / "log").write(LogLevel::kInfo, "no directory");
  CHECK(fs::is_empty(place.root));
}
