#include "deploy/bytecode.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "os/child.hpp"

using namespace nutricount;
namespace fs = std::filesystem;

namespace {
/// A directory with modules that a real Python imports.
struct Modules {
  fs::path root;

  Modules() {
    std::string name = (fs::temp_directory_path() / "nutricount-bytecode-XXXXXX").string();
    root = mkdtemp(name.data());
  }
  ~Modules() { fs::remove_all(root); }

  void write(const char* file, const char* text) const {
    fs::create_directories((root / file).parent_path());
    std::ofstream(root / file) << text;
  }
  [[nodiscard]] std::string version_of(const std::string& module) const {
    const auto result =
        os::run({.argv = {"env", "-u", "PYTHONDONTWRITEBYTECODE", "/usr/bin/python3", "-c",
                          "import " + module + " as m; print(m.VERSION, end='')"},
                 .directory = root},
                {});
    REQUIRE(result.ok());
    return result.output;
  }
};
}  // namespace

TEST_CASE("a source of the same size and second is compiled anew") {
  const Modules modules;
  modules.write("package/app.py", "VERSION = 2\n");
  const auto time = fs::last_write_time(modules.root / "package/app.py");
  CHECK(modules.version_of("package.app") == "2");

  modules.write("package/app.py", "VERSION = 4\n");
  fs::last_write_time(modules.root / "package/app.py", time);
  CHECK(modules.version_of("package.app") == "2");  // the trap is real
  deploy::remove_bytecode(modules.root, {"package/app.py"});
  CHECK(modules.version_of("package.app") == "4");
}

TEST_CASE("only what belongs to the changed sources is removed") {
  const Modules modules;
  for (const char* file :
       {"__pycache__/app.cpython-311.pyc", "__pycache__/app.cpython-313.opt-1.pyc",
        "__pycache__/app_factory.cpython-311.pyc", "__pycache__/app.txt"})
    modules.write(file, "x");
  deploy::remove_bytecode(modules.root, {"app.py", "templates/app_factory.html", "gone/away.py"});
  CHECK_FALSE(fs::exists(modules.root / "__pycache__/app.cpython-311.pyc"));
  CHECK_FALSE(fs::exists(modules.root / "__pycache__/app.cpython-313.opt-1.pyc"));
  CHECK(fs::exists(modules.root / "__pycache__/app_factory.cpython-311.pyc"));
  CHECK(fs::exists(modules.root / "__pycache__/app.txt"));
}
