// Work on many things at once.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace nutricount::backup {

/// As many threads as this process has processors, at most four, the caller's included; they start
/// at the first work that is for more than one and end with this object. Where there is one
/// processor, no thread starts.
class Workers {
 public:
  Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  ~Workers();

  /// How many work; `worker` of a Job is below that.
  [[nodiscard]] std::size_t count() const { return count_; }

  using Job = std::function<void(std::size_t worker, std::size_t item)>;
  /// Calls `job` once for each item below `items`, in any order and several at once; returns when
  /// all are done. After a job threw no other is begun, and what it threw is thrown here.
  void for_each(std::size_t items, const Job& job);

 private:
  void start();
  void serve(std::size_t worker);
  void work(std::size_t worker, std::unique_lock<std::mutex>& lock);

  const std::size_t count_;
  std::mutex mutex_;
  std::condition_variable wake_;  ///< there is work, or an end
  std::condition_variable done_;
  const Job* job_ = nullptr;
  std::size_t items_ = 0;
  std::size_t next_ = 0;
  std::size_t running_ = 0;
  std::exception_ptr failure_;
  bool end_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace nutricount::backup
