// SHA-256 of a file while it is written.
#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>

#include "crypto/sha256.hpp"

namespace nutricount::backup {

/// A thread that reads an open file as far as it is written and hashes it, so that writing and
/// hashing a large file take the time of the longer.
class HashBehind {
 public:
  /// `file` stays open while this lives.
  explicit HashBehind(int file);
  HashBehind(const HashBehind&) = delete;
  HashBehind& operator=(const HashBehind&) = delete;
  ~HashBehind();

  /// All bytes before `end` are final.
  void reached(off_t end);
  /// The hash of all bytes that were reached; nothing where they could not all be read.
  [[nodiscard]] std::optional<crypto::Digest> digest();

 private:
  void follow(int file);
  void end();
  std::mutex mutex_;
  std::condition_variable moved_;
  off_t end_ = 0;
  bool ended_ = false;
  crypto::Sha256 hash_;
  off_t hashed_ = 0;  ///< the thread's, until it was joined
  std::thread thread_;
};

}  // namespace nutricount::backup
