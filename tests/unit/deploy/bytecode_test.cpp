#include "deploy/bytecode.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>

#include "os/command.hpp"
#include "os/owner.hpp"
#include "scratch.hpp"

using namespace nutricount;
namespace fs = std::filesystem;

namespace {
/// A directory with modules that a real Python imports.
struct Modules : Scratch {
  Modules() {
    fs::create_directory(root / "package");
    fs::create_directory(root / "__pycache__");
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

TEST_CASE("two sources of one directory and a name with a dot are found") {
  const Modules modules;
  for (const char* file : {"one", "two", "dotted.name", "three"})
    modules.write(fs::path("__pycache__") / (std::string(file) + ".cpython-311.pyc"), "x");
  deploy::remove_bytecode(modules.root, {"one.py", "two.py", "dotted.name.py"});
  const fs::directory_iterator left(modules.root / "__pycache__");
  REQUIRE(left != fs::directory_iterator());
  CHECK(left->path().filename() == "three.cpython-311.pyc");
  CHECK(std::distance(left, fs::directory_iterator()) == 1);
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

TEST_CASE("a cache that keeps its files, or hides them, is named before and refused then") {
  const Modules modules;
  const auto cache = modules.root / "__pycache__";
  modules.write("__pycache__/app.cpython-311.pyc", "x");
  os::Owner owner = os::current_user();
  if (geteuid() == 0) {
    static_cast<void>(os::run({.argv = {"chown", "-R", "nobody", modules.root.string()}}, {}));
    owner = os::owner_of(modules.root);
  }
  // Root may everything: a child that is the owner asks.
  const auto refused = [&](const char* source) {
    return os::run_in_child({.owner = owner}, [&](const os::Report&) {
      const auto denied = deploy::irremovable_bytecode(modules.root, {source});
      std::string said = denied.empty() ? "" : denied.front().path.string();
      try {
        deploy::remove_bytecode(modules.root, {source});
      } catch (const Error& error) {
        said += std::string(" ") + error.what();
      }
      return said;
    });
  };
  fs::permissions(cache, fs::perms(0555));
  CHECK(refused("other.py").empty());
  CHECK(refused("app.py") == cache.string() + " cannot remove " +
                                 (cache / "app.cpython-311.pyc").string() + ": Permission denied");
  fs::permissions(cache, fs::perms(0333));
  CHECK(refused("other.py") ==
        cache.string() + " cannot look into " + cache.string() + ": Permission denied");
  fs::permissions(cache, fs::perms(0755));
  CHECK(refused("app.py").empty());
  CHECK(refused("gone/away.py").empty());
}
