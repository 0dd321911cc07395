#include "backup/hash_behind.hpp"

#include <algorithm>
#include <vector>

#include "backup/content.hpp"

namespace nutricount::backup {

HashBehind::HashBehind(int file)
    : thread_([this, file] {
        try {
          follow(file);
        } catch (...) {  // it has not hashed all then
        }
      }) {}

HashBehind::~HashBehind() {
  reached(0);
  end();
}

void HashBehind::reached(off_t end) {
  {
    const std::lock_guard lock(mutex_);
    end_ = end;
  }
  moved_.notify_one();
}

void HashBehind::end() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  moved_.notify_one();
  thread_.join();
}

std::optional<crypto::Digest> HashBehind::digest() {
  end();
  if (hashed_ != end_) return std::nullopt;
  return hash_.digest();
}

void HashBehind::follow(int file) {
  std::vector<char> block(kBlock);
  while (true) {
    off_t end = 0;
    {
      std::unique_lock lock(mutex_);
      moved_.wait(lock, [&] { return ended_ || end_ > hashed_; });
      end = end_;
    }
    if (end <= hashed_) return;
    const auto wanted =
        std::min<std::size_t>(block.size(), static_cast<std::size_t>(end - hashed_));
    if (read_block(file, {block.data(), wanted}, hashed_, "the copy") != wanted) return;
    hash_.add({block.data(), wanted});
    hashed_ += static_cast<off_t>(wanted);
  }
}

}  // namespace nutricount::backup
