#include "backup/manifest.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "backup/manifest_text.hpp"
#include "base/error.hpp"
#include "os/file.hpp"

namespace nutricount::backup {
namespace fs = std::filesystem;
namespace {
constexpr std::size_t kBuffer = 64U << 10U;
constexpr std::size_t kLongestLine = 1U << 20U;

Error damaged(const fs::path& path, std::string_view what) {
  return Error(fmt::format("{} cannot be understood: {}", path.string(), what),
               "the backup cannot be verified: choose another one");
}

// Everything but the last line, and that line.
std::pair<std::size_t, std::string> ends_of(const os::Fd& file, const fs::path& path) {
  struct stat st {};
  if (fstat(file.get(), &st) != 0) throw damaged(path, "it cannot be read");
  const off_t size = st.st_size;
  std::string tail(std::min<std::size_t>(static_cast<std::size_t>(size), 128), '\0');
  if (pread(file.get(), tail.data(), tail.size(), size - static_cast<off_t>(tail.size())) !=
          static_cast<ssize_t>(tail.size()) ||
      tail.empty() || tail.back() != '\n') {
    throw damaged(path, "it does not end as it should");
  }
  tail.pop_back();
  const auto start = tail.rfind('\n');
  if (start == std::string::npos) throw damaged(path, "it does not end as it should");
  const std::string last = tail.substr(start + 1);
  return {static_cast<std::size_t>(size) - last.size() - 1, last};
}

void check_seal(const os::Fd& file, const fs::path& path) {
  const auto [length, last] = ends_of(file, path);
  crypto::Sha256 hash;
  std::string buffer(kBuffer, '\0');
  for (std::size_t at = 0; at < length;) {
    const ssize_t n =
        pread(file.get(), buffer.data(), std::min(kBuffer, length - at), static_cast<off_t>(at));
    if (n <= 0) throw damaged(path, "it cannot be read");
    hash.add({buffer.data(), static_cast<std::size_t>(n)});
    at += static_cast<std::size_t>(n);
  }
  if (seal_of(last) != hash.digest()) throw damaged(path, "its checksum is wrong");
}
}  // namespace

ManifestWriter::ManifestWriter(fs::path path, const Header& header, const os::Owner& owner)
    : path_(std::move(path)),
      file_(os::open_file(path_, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW, 0644)) {
  os::give_to(file_.get(), owner, path_);
  line(header_line(header));
}

void ManifestWriter::line(std::string_view text) {
  const std::size_t start = pending_.size();
  pending_.append(text);
  pending_ += '\n';
  hash_.add(std::string_view(pending_).substr(start));
  if (pending_.size() >= kBuffer) flush();
}

void ManifestWriter::add(const Directory& directory) {
  line(directory_line(directory));
  std::string text;
  for (const auto& entry : directory.entries) {
    text.clear();
    append_entry_line(text, entry);
    line(text);
  }
}

void ManifestWriter::flush() {
  os::write_all(file_.get(), pending_, path_);
  pending_.clear();
}

void ManifestWriter::finish(const Summary& summary) {
  line(summary_line(summary));
  pending_ += seal_line(hash_.digest()) + "\n";
  flush();
  file_.close_checked(path_);
}

ManifestReader::ManifestReader(fs::path path, Extent extent)
    : path_(std::move(path)), file_(os::open_file(path_, O_RDONLY | O_NOFOLLOW)) {
  try {
    if (extent == Extent::kWhole) check_seal(file_, path_);
    header_ = header_of(line().value_or(""));
    ahead_ = line().value_or("");
  } catch (const Error&) {
    throw;
  } catch (const std::exception& cause) {
    throw damaged(path_, cause.what());
  }
}

bool ManifestReader::fill() {
  buffer_.erase(0, at_);
  at_ = 0;
  const std::size_t had = buffer_.size();
  if (had > kLongestLine) throw damaged(path_, "a line is too long");
  buffer_.resize(had + kBuffer);
  const ssize_t n = read(file_.get(), buffer_.data() + had, kBuffer);
  if (n < 0) throw system_error(fmt::format("cannot read {}", path_.string()));
  buffer_.resize(had + static_cast<std::size_t>(n));
  return n > 0;
}

std::optional<std::string> ManifestReader::line() {
  auto end = buffer_.find('\n', at_);
  while (end == std::string::npos) {
    if (!fill()) return std::nullopt;
    end = buffer_.find('\n', at_);
  }
  std::string text = buffer_.substr(at_, end - at_);
  at_ = end + 1;
  return text;
}

std::optional<Directory> ManifestReader::next() {
  try {
    auto directory = directory_of(ahead_);
    if (!directory) return std::nullopt;
    ahead_.clear();
    while (auto text = line()) {
      if (text->starts_with('{')) {
        ahead_ = std::move(*text);
        break;
      }
      directory->entries.push_back(entry_of(*text));
    }
    return directory;
  } catch (const std::exception& cause) {
    throw damaged(path_, cause.what());
  }
}

Known::Known(ManifestReader reader) : reader_(std::move(reader)) { at_ = reader_->next(); }

std::optional<Directory> Known::take(const std::string& path) {
  while (at_ && visited_before(at_->path, path)) at_ = reader_->next();
  if (!at_ || at_->path != path) return std::nullopt;
  return std::exchange(at_, reader_->next());
}

std::optional<std::pair<Header, Summary>> read_summary(const fs::path& path) {
  const os::Fd file = os::open_if_exists(path, O_RDONLY | O_NOFOLLOW);
  if (!file) return std::nullopt;
  try {
    std::string head(4096, '\0');
    const ssize_t n = pread(file.get(), head.data(), head.size(), 0);
    head.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    const auto [length, last] = ends_of(file, path);
    static_cast<void>(seal_of(last));
    std::string tail(std::min(length, kLongestLine), '\0');
    if (pread(file.get(), tail.data(), tail.size(), static_cast<off_t>(length - tail.size())) !=
        static_cast<ssize_t>(tail.size())) {
      throw Error("it cannot be read");
    }
    tail.pop_back();
    return std::pair{header_of(head.substr(0, head.find('\n'))),
                     summary_of(tail.substr(tail.rfind('\n') + 1))};
  } catch (const std::exception& cause) {
    throw damaged(path, cause.what());
  }
}

}  // namespace nutricount::backup
