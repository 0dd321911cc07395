#include "webhook/spool.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/json_text.hpp"
#include "base/printable.hpp"
#include "os/fd.hpp"
#include "os/file.hpp"

namespace nutricount::webhook {
namespace fs = std::filesystem;
namespace {
constexpr std::string_view kEnding = ".request";
constexpr std::size_t kLargest = 1024;

std::string commit_in(const nlohmann::json& value) {
  auto commit = value.get<std::string>();
  if (!commit.empty() && !is_commit_id(commit)) throw Error("its commit is not an id");
  return commit;
}

std::string delivery_in(const nlohmann::json& value) {
  auto delivery = value.get<std::string>();
  if (!is_delivery_id(delivery)) throw Error("its delivery is not an id");
  return delivery;
}

bool is_of_this_process(int error) {
  return error == EACCES || error == EMFILE || error == ENFILE || error == ENOMEM;
}

/// Its content; nothing where it is gone. Throws for what is not a small regular file, with exit
/// status 2 where the file is not to blame.
std::optional<std::string> read(const fs::path& path) {
  // No link is followed out of the directory, and no FIFO waited for.
  const os::Fd fd(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!fd && errno == ENOENT) return std::nullopt;
  if (!fd && is_of_this_process(errno)) {
    const Error cause = system_error("cannot read the request " + path.string());
    throw usage_error(cause.what(), "let the deployer's user read the spool: see webhook.spool");
  }
  struct stat st {};
  if (!fd || fstat(fd.get(), &st) != 0) throw system_error("cannot read " + path.string());
  if (!S_ISREG(st.st_mode)) throw Error(path.string() + " is not a file");
  std::array<char, kLargest + 1> text{};
  const ssize_t got = pread(fd.get(), text.data(), text.size(), 0);
  if (got < 0) throw system_error("cannot read " + path.string());
  if (static_cast<std::size_t>(got) > kLargest) throw Error(path.string() + " is too large");
  return std::string(text.data(), static_cast<std::size_t>(got));
}
}  // namespace

std::string to_text(const Request& request) {
  return nlohmann::ordered_json{{"commit", request.commit},
                                {"delivery", request.delivery},
                                {"time", to_utc(request.time)}}
             .dump() +
         "\n";
}

Request request_from(std::string_view text) {
  return read_json(text, "a request", [](const nlohmann::json& json) {
    return Request{.name = {},
                   .commit = commit_in(json.at("commit")),
                   .delivery = delivery_in(json.at("delivery")),
                   .time = time_from(json.at("time"))};
  });
}

void Spool::add(const Request& request) {
  // The count keeps apart and in order what arrives within a millisecond; it is no more than that.
  constexpr std::uint64_t kRound = 1'000'000;
  const auto name = fmt::format("{:013}-{:06}{}", request.time.time_since_epoch().count(),
                                added_++ % kRound, kEnding);
  os::write_durably(directory_ / name, to_text(request), 0640);
}

std::vector<std::string> Spool::names() const {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator one(directory_, error), end; !error && one != end;
       one.increment(error)) {
    std::string name = one->path().filename();
    if (name.ends_with(kEnding) && !name.starts_with('.')) names.push_back(std::move(name));
  }
  if (error) {
    throw usage_error(
        fmt::format("cannot read the spool {}: {}", directory_.string(), error.message()),
        "make it, for the webhook's user to write and the deployer's to read: see webhook.spool");
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<Request> Spool::waiting(std::vector<std::string>* refused) const {
  std::vector<Request> found;
  auto all = names();
  // Of more than anybody ever left, the newest.
  if (all.size() > kMost) all.erase(all.begin(), all.end() - kMost);
  for (const auto& name : all) {
    try {
      const auto text = read(directory_ / name);
      if (!text) continue;
      found.push_back(request_from(*text));
      found.back().name = name;
    } catch (const Error& error) {
      if (error.status() == ExitStatus::kUsage) throw;
      set_aside(name);
      if (refused != nullptr) refused->push_back(printable(name + ": " + error.what()));
    }
  }
  return found;
}

void Spool::remove(const Request& request) const { os::remove_durably(directory_ / request.name); }

void Spool::set_aside(const std::string& name) const {
  constexpr std::size_t kLongest = 200;  // with what comes after it, no name is too long
  const std::string begin = (directory_ / name.substr(0, kLongest)).string();
  std::string aside = begin + ".refused";
  if (os::look_at(aside)) {
    aside = fmt::format("{}.{}.refused", begin, now().time_since_epoch().count());
  }
  std::error_code error;
  fs::rename(directory_ / name, aside, error);
  if (!error || error == std::errc::no_such_file_or_directory) return;
  throw Error(fmt::format("cannot set {} aside: {}", (directory_ / name).string(), error.message()),
              "let the deployer's user write to the spool: see webhook.spool");
}

}  // namespace nutricount::webhook
