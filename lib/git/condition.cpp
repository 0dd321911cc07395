// What the file system shows of a repository: no libgit2 and no child process are needed.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "base/error.hpp"
#include "git/repository.hpp"
#include "os/file.hpp"

namespace nutricount::git {
namespace fs = std::filesystem;
namespace {
void refuse_if(bool wrong, const std::string& what, const std::string& hint) {
  if (wrong) throw usage_error(what, hint);
}

bool is_number(const std::string& name) {
  return !name.empty() && std::all_of(name.begin(), name.end(),
                                      [](unsigned char c) { return std::isdigit(c) != 0; });
}

bool lies_in(const fs::path& path, const fs::path& directory) {
  const auto mismatch = std::mismatch(directory.begin(), directory.end(), path.begin(), path.end());
  return mismatch.first == directory.end();
}

/// A process that has the lock open, or a git at work in the tree.
std::optional<pid_t> holder_of(const fs::path& shown_lock, const fs::path& shown_tree) {
  std::error_code error;
  // As the kernel shows them, where app.directory is a link.
  const fs::path lock = fs::weakly_canonical(shown_lock, error);
  const fs::path tree = fs::weakly_canonical(shown_tree, error);
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    const std::string pid = entry.path().filename();
    if (!is_number(pid)) continue;
    const auto name = fs::read_symlink(entry.path() / "exe", error).filename();
    if (!error && name == "git" && lies_in(fs::read_symlink(entry.path() / "cwd", error), tree)) {
      return static_cast<pid_t>(std::stol(pid));
    }
    for (const auto& fd : fs::directory_iterator(entry.path() / "fd", error)) {
      if (fs::read_symlink(fd.path(), error) == lock) return static_cast<pid_t>(std::stol(pid));
    }
  }
  return std::nullopt;
}

bool is_id(const std::string& text) {
  constexpr std::size_t kDigits = 40;
  return text.size() == kDigits && std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return std::isxdigit(c) != 0;
         });
}

/// What a ref's file says, its end of line removed. Throws, naming it, where it says nothing that a
/// ref can: libgit2 would blame the remote.
std::string read_ref(const fs::path& file) {
  constexpr std::uint64_t kLimit = 4096;
  std::string text = os::read_file(file, kLimit).value_or("");
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) {
    text.pop_back();
  }
  const std::string hint =
      "a power cut does that: write the commit's id into it, or remove it and git fetch";
  refuse_if(text.empty(), fmt::format("{} is empty", file.string()), hint);
  refuse_if(!is_id(text) && !text.starts_with("ref: refs/"),
            fmt::format("{} is damaged", file.string()), hint);
  return text;
}

void check_refs(const fs::path& git) {
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(git / "refs", error)) {
    if (!entry.is_regular_file() || entry.path().extension() == ".lock") continue;
    static_cast<void>(read_ref(entry.path()));
  }
}

void check_head(const fs::path& directory) {
  const fs::path git = directory / ".git";
  constexpr std::string_view kSymbolic = "ref: ";
  std::string ref = read_ref(git / "HEAD");
  if (!ref.starts_with(kSymbolic)) return;
  ref.erase(0, kSymbolic.size());
  const auto packed = os::read_file(git / "packed-refs").value_or("");
  refuse_if(!fs::exists(git / ref) && packed.find(" " + ref + "\n") == std::string::npos,
            fmt::format("{} has no commit yet: {} does not exist", directory.string(), ref),
            fmt::format("git -C {} checkout BRANCH", directory.string()));
}

/// What is here instead of a repository whose tree is this directory.
void check_kind(const fs::path& directory) {
  const std::string shown = directory.string();
  const fs::path git = directory / ".git";
  if (fs::is_directory(git)) return;
  const std::string clone =
      "clone the application there, or let source.url name it and the "
      "directory be absent";
  refuse_if(fs::exists(git),
            fmt::format("{} is a worktree or a submodule of another repository", shown),
            "name a clone of its own in app.directory");
  refuse_if(fs::exists(directory / "HEAD") && fs::is_directory(directory / "objects"),
            fmt::format("{} is a bare repository: it has no files to deploy", shown),
            "name a clone of it in app.directory");
  for (auto above = directory; above.has_relative_path();) {
    above = above.parent_path();
    refuse_if(fs::exists(above / ".git"),
              fmt::format("{} lies inside the repository {}", shown, above.string()),
              fmt::format("let app.directory be {}, or a clone of its own", above.string()));
  }
  refuse_if(true, fmt::format("{} is not a git repository", shown), clone);
}
}  // namespace

void Repository::check(const Remote& remote) const {
  const fs::path git = directory_ / ".git";
  const std::string shown = directory_.string();
  check_kind(directory_);
  const std::string config = os::read_file(git / "config", 1U << 20U).value_or("");
  refuse_if(config.find("objectformat = sha256") != std::string::npos,
            fmt::format("{} is a SHA-256 repository, which libgit2 cannot read", shown),
            "clone it from a SHA-1 repository");
  refuse_if(fs::exists(git / "shallow"), fmt::format("{} is a shallow clone", shown),
            fmt::format("git -C {} fetch --unshallow", shown));
  refuse_if(config.find("partialclonefilter") != std::string::npos ||
                config.find("promisor = true") != std::string::npos,
            fmt::format("{} is a partial clone", shown), "clone it whole, without --filter");
  refuse_if(config.find(fmt::format("[remote \"{}\"]", remote.name)) == std::string::npos,
            fmt::format("{} has no remote \"{}\"", shown, remote.name),
            fmt::format("git -C {} remote add {} URL, or set source.remote", shown, remote.name));
  check_refs(git);
  check_head(directory_);
}

std::vector<LeftOver> Repository::locks() const {
  const fs::path git = directory_ / ".git";
  std::vector<LeftOver> found;
  constexpr std::array<const char*, 5> kNames{"index.lock", "HEAD.lock", "config.lock",
                                              "packed-refs.lock", "shallow.lock"};
  const auto add = [&](const fs::path& path) {
    found.push_back({path, holder_of(path, directory_)});
  };
  for (const char* name : kNames) {
    if (os::look_at(git / name)) add(git / name);
  }
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(git / "refs", error)) {
    if (entry.path().extension() == ".lock" && entry.is_regular_file()) add(entry.path());
  }
  return found;
}

std::vector<fs::path> Repository::sweep() const {
  std::vector<fs::path> removed;
  for (const auto& lock : locks()) {
    if (!lock.holder) removed.push_back(lock.path);
  }
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory_ / ".git/objects/pack", error)) {
    const std::string name = entry.path().filename();
    if (!name.starts_with("pack_git2_") && !name.starts_with("tmp_pack_")) continue;
    if (!holder_of(entry.path(), directory_)) removed.push_back(entry.path());
  }
  if (removed.empty()) return removed;
  os::do_in_child({.owner = owner_}, [&] {
    for (const auto& path : removed) os::remove_durably(path);
  });
  return removed;
}

}  // namespace nutricount::git
