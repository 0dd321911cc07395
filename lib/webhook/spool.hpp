// Requests for a deployment, from the webhook's process to the deployer's: a file each, in a
// directory that only these two use. Requests survive both of them, and a power cut.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace nutricount::webhook {

struct Request {
  std::string name;      ///< of its file, given by add(); names sort by the time of arrival
  std::string commit;    ///< 40 hex digits; empty: what the branch is at
  std::string delivery;  ///< X-GitHub-Delivery, up to 64 printable characters; may be empty
  Timestamp time;        ///< of arrival
};

[[nodiscard]] std::string to_text(const Request& request);
/// The reverse, without the name. Throws Error for whatever to_text() does not write.
[[nodiscard]] Request request_from(std::string_view text);

class Spool {
 public:
  explicit Spool(std::filesystem::path directory) : directory_(std::move(directory)) {}
  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }

  /// Leaves a request: on disk, and seen by a path unit, when this returns. For one process, one
  /// thread. Throws where it cannot be written.
  void add(const Request& request);
  /// What waits, oldest first, at most kMost. Whoever writes there is not trusted: links, what is
  /// no small file, and what does not read as a request are set aside under the name NAME.refused,
  /// and named in `refused`. Throws where the directory, or a file for want of permission or of
  /// descriptors, cannot be read.
  [[nodiscard]] std::vector<Request> waiting(std::vector<std::string>* refused = nullptr) const;
  /// How many wait; reads no content.
  [[nodiscard]] std::size_t count() const { return names().size(); }
  /// Takes it away; one that is gone is fine.
  void remove(const Request& request) const;
  /// Keeps it for a person to look at, as NAME.refused, or NAME.TIME.refused where that is taken.
  void set_aside(const std::string& name) const;

  static constexpr std::size_t kMost = 1000;

 private:
  [[nodiscard]] std::vector<std::string> names() const;
  std::filesystem::path directory_;
  std::uint64_t added_ = 0;
};

}  // namespace nutricount::webhook
