#include "report/screen.hpp"

#include "captured.hpp"

namespace nutricount::report {
namespace {
std::string on(const Surroundings& surroundings, Color color,
               const std::function<void(Screen&)>& work) {
  return written(surroundings,
                 [&] {
                   Screen screen(stdout, color);
                   work(screen);
                 })
      .out;
}
const Surroundings kPipe{};
const Surroundings kTerminal{.terminal = true};

/// What a mark and the three colours look like.
std::string looks(const Surroundings& surroundings, Color color) {
  return on(surroundings, color, [](Screen& screen) {
    const std::string mark(screen.mark("✔", "ok"));
    screen.line(screen.good(mark) + screen.bad("b") + screen.faint("f"), "text");
  });
}
constexpr const char* kPainted = "\x1b[32mok\x1b[0m\x1b[31mb\x1b[0m\x1b[2mf\x1b[0m text\n";
constexpr const char* kNotPainted = "okbf text\n";
}  // namespace

TEST_CASE("colour is for terminals, unless it is asked for or refused") {
  CHECK(looks(kPipe, Color::kAuto) == kNotPainted);
  CHECK(looks(kPipe, Color::kNever) == kNotPainted);
  CHECK(looks(kPipe, Color::kAlways) == kPainted);
  CHECK(looks(kTerminal, Color::kAuto) == kPainted);
  CHECK(looks(kTerminal, Color::kNever) == kNotPainted);
  CHECK(looks(kTerminal, Color::kAlways) == kPainted);
}

TEST_CASE("NO_COLOR is honoured where it says anything and nothing else was asked for") {
  const Surroundings no_color{.terminal = true, .environment = {{"NO_COLOR", "1"}}};
  CHECK(looks(no_color, Color::kAuto) == kNotPainted);
  CHECK(looks(no_color, Color::kAlways) == kPainted);
  CHECK(looks({.terminal = true, .environment = {{"NO_COLOR", ""}}}, Color::kAuto) == kPainted);
}

TEST_CASE("symbols are for terminals that can show them") {
  const auto mark = [](bool terminal, const std::map<std::string, std::string>& environment) {
    return on({.terminal = terminal, .environment = environment}, Color::kNever,
              [](Screen& screen) { screen.line(screen.mark("✔", "ok")); });
  };
  CHECK(mark(true, {{"LANG", "de_DE.UTF-8"}}) == "✔\n");
  CHECK(mark(true, {{"LC_ALL", "C.utf8"}, {"LANG", "C"}}) == "✔\n");
  CHECK(mark(true, {{"LC_ALL", "C"}, {"LANG", "de_DE.UTF-8"}}) == "ok\n");
  CHECK(mark(true, {{"LC_ALL", ""}, {"LC_CTYPE", "C.UTF-8"}}) == "✔\n");
  CHECK(mark(true, {}) == "ok\n");
  CHECK(mark(false, {{"LANG", "de_DE.UTF-8"}}) == "ok\n");
}

TEST_CASE("a live line is replaced by the next, and gone at the end") {
  CHECK(on(kTerminal, Color::kNever, [](Screen& screen) {
          screen.live("one");
          screen.live("two");
          screen.line("whole");
          screen.line("more");
        }) == "\r\x1b[Kone\r\x1b[Ktwo\r\x1b[Kwhole\nmore\n");
  CHECK(on(kTerminal, Color::kNever, [](Screen& screen) { screen.live("one"); }) ==
        "\r\x1b[Kone\r\x1b[K");
  CHECK(on(kPipe, Color::kAlways, [](Screen& screen) {
          screen.live("one");
          screen.line("whole");
        }) == "whole\n");
}

TEST_CASE("text of others is one line that does nothing to a terminal") {
  for (const bool terminal : {false, true}) {
    CHECK(on({.terminal = terminal}, Color::kNever, [](Screen& screen) {
            screen.line("\x1b[2Ja\nb");
            screen.line("mark", "\x1b[2Ja\nb");
          }) == "\\x1b[2Ja\\nb\nmark \\x1b[2Ja\\nb\n");
  }
}

TEST_CASE("what nobody reads is dropped") {
  const auto result = written({}, [] {
    std::FILE* full = std::fopen("/dev/full", "w");
    for (int i = 0; i < 10'000; ++i) put(full, "no space left for this line\n");
    Screen screen(full, Color::kAlways);
    screen.line("mark", "line");
    setvbuf(stdout, nullptr, _IONBF, 0);
    close(STDOUT_FILENO);
    put(stdout, "closed");
  });
  CHECK(result.out.empty());
  CHECK(result.err.empty());
}

}  // namespace nutricount::report
