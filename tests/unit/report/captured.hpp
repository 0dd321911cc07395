// What is written to stdout and stderr, in a process of its own: to files, or to a real terminal.
#pragma once

#include <fcntl.h>
#include <pty.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <map>

#include "os/child.hpp"
#include "scratch.hpp"
#include "waiting.hpp"

namespace nutricount::report {

struct Written {
  std::string out;
  std::string err;
};

struct Surroundings {
  bool terminal = false;
  std::map<std::string, std::string> environment;
};

/// A terminal that passes everything on as it comes, under file descriptor 1.
inline int make_terminal_of_stdout() {
  int master = -1;
  int slave = -1;
  termios raw{};
  cfmakeraw(&raw);
  if (openpty(&master, &slave, nullptr, &raw, nullptr) != 0) _exit(99);
  dup2(slave, STDOUT_FILENO);
  fcntl(master, F_SETFL, O_NONBLOCK);
  return master;
}

inline std::string read_terminal(int master) {
  std::string text;
  char buffer[4096];
  while (true) {
    const ssize_t n = read(master, buffer, sizeof buffer);
    if (n <= 0) return text;
    text.append(buffer, static_cast<std::size_t>(n));
  }
}

/// What `work` writes. At most what fits into a terminal's buffer, where it is one.
inline Written written(const Surroundings& surroundings, const std::function<void()>& work) {
  const Scratch place;
  std::fflush(stdout);
  const std::string out = os::run_in_child({.deadline = soon()}, [&](const os::Report&) {
    for (const char* name : {"NO_COLOR", "LC_ALL", "LC_CTYPE", "LANG"}) unsetenv(name);
    for (const auto& [name, value] : surroundings.environment) {
      setenv(name.c_str(), value.c_str(), 1);
    }
    const auto redirect = [&](const char* name, int fd) {
      dup2(open((place.root / name).c_str(), O_WRONLY | O_CREAT, 0600), fd);
    };
    redirect("err", STDERR_FILENO);
    const int master = surroundings.terminal ? make_terminal_of_stdout() : -1;
    if (master < 0) redirect("out", STDOUT_FILENO);
    work();
    return master < 0 ? place.read("out") : read_terminal(master);
  });
  return {out, place.read("err")};
}

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace nutricount::report
