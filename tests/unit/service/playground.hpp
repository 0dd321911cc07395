// A directory with a small program in it, run by a process manager and ended with the test.
#pragma once

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "os/file.hpp"
#include "scratch.hpp"
#include "service/manager.hpp"
#include "waiting.hpp"

namespace nutricount::service {
namespace fs = std::filesystem;

struct Playground : Scratch {
  ProcessSettings settings;

  /// The application is `program`, in Debian's Python or in sh.
  explicit Playground(const std::string& interpreter, const std::string& program) {
    REQUIRE(chmod(root.c_str(), 0755) == 0);
    fs::create_directories(root / "app");
    fs::create_directories(root / "state");
    write("app/program", program);
    settings.start = {interpreter, "program"};
    settings.directory = root / "app";
    settings.state_directory = root / "state";
    settings.unit = "diary";
    settings.owner = os::current_user();
    settings.stop_timeout = Milliseconds(15'000);
  }
  ~Playground() {
    try {
      settings.stop_timeout = Milliseconds(0);
      make_process_manager(settings)->stop(soon());
    } catch (const std::exception& error) {
      WARN_MESSAGE(false, error.what());
    }
  }

  [[nodiscard]] std::unique_ptr<Manager> manager() const { return make_process_manager(settings); }
  [[nodiscard]] fs::path pidfile() const { return root / "state" / "app.pid"; }
  /// What the program wrote to a file in its directory; empty while there is none.
  [[nodiscard]] std::string said(const std::string& file) const {
    return os::read_file(root / "app" / file).value_or("");
  }
  [[nodiscard]] os::ProcessId process_in(const std::string& file) const {
    REQUIRE(comes_true([&] { return said(file).ends_with('\n'); }));
    const auto process = os::identify(std::stoi(said(file)));
    REQUIRE(process);
    return *process;
  }
};

inline const std::string kPython = "/usr/bin/python3";

}  // namespace nutricount::service
