// A real repository with two commits; HEAD is at the first.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "git/repository.hpp"
#include "os/command.hpp"
#include "os/owner.hpp"
#include "scratch.hpp"

namespace nutricount {

struct Tree : Scratch {
  std::string first;
  std::string second;

  Tree() {
    git({"init", "-q", "-b", "main"});
    git({"remote", "add", "origin", "file:///nowhere"});
    first = commit("one", "1");
    write("gone.txt", "x");
    second = commit("one", "2");
    git({"reset", "-q", "--hard", first});
  }

  std::string git(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"git", "-c", "user.name=A", "-c",
                                         "user.email=a@example.org", "-c", "safe.directory=*"});
    auto result = os::run({.argv = arguments, .directory = root}, {});
    CAPTURE(result.output);
    REQUIRE(result.ok());
    while (!result.output.empty() && result.output.back() == '\n') result.output.pop_back();
    return result.output;
  }
  [[nodiscard]] std::string commit(const char* file, const char* text) const {
    write(file, text);
    git({"add", "-A"});
    git({"commit", "-qm", text});
    return git({"rev-parse", "HEAD"});
  }
  [[nodiscard]] git::Repository repository() const { return {root, os::current_user()}; }
};

}  // namespace nutricount
