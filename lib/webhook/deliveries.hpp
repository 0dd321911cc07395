// Which deliveries were answered with a deployment, and how: GitHub sends one again under the id
// that it had.
#pragma once

#include <deque>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "base/clock.hpp"

namespace nutricount::webhook {

class Deliveries {
 public:
  /// Reads what the file remembers; lines that are damaged are left out. Throws where it is there
  /// and cannot be read.
  explicit Deliveries(std::filesystem::path path);

  /// The answer that this id was given; nothing for one that is not known.
  [[nodiscard]] std::optional<std::string> answer(const std::string& id) const;
  /// Remembers it: on disk when this returns. Of the newest kMost.
  void remember(const std::string& id, const std::string& answer, Timestamp time);

  static constexpr std::size_t kMost = 1000;

 private:
  void take(const std::string& id, std::string answer);
  void rewrite();
  std::filesystem::path path_;
  std::map<std::string, std::string> answers_;
  std::deque<std::string> order_;  ///< oldest first
  std::size_t lines_ = 0;          ///< in the file
};

}  // namespace nutricount::webhook
