#include "backup/workers.hpp"

#include <algorithm>
#include <utility>

namespace nutricount::backup {
namespace {
constexpr unsigned kMost = 4;
}  // namespace

Workers::Workers() : count_(std::clamp(std::thread::hardware_concurrency(), 1U, kMost)) {}

Workers::~Workers() {
  {
    const std::lock_guard lock(mutex_);
    end_ = true;
  }
  wake_.notify_all();
}

void Workers::start() {
  for (std::size_t worker = threads_.size() + 1; worker < count_; ++worker) {
    threads_.emplace_back([this, worker] { serve(worker); });
  }
}

void Workers::serve(std::size_t worker) {
  std::unique_lock lock(mutex_);
  while (!end_) {
    work(worker, lock);
    wake_.wait(lock, [this] { return end_ || next_ < items_; });
  }
}

void Workers::work(std::size_t worker, std::unique_lock<std::mutex>& lock) {
  while (next_ < items_) {
    const Job& job = *job_;
    const std::size_t item = next_++;
    ++running_;
    lock.unlock();
    std::exception_ptr failure;
    try {
      job(worker, item);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    --running_;
    if (failure) {
      if (!failure_) failure_ = std::move(failure);
      next_ = items_;
    }
  }
  if (running_ == 0) done_.notify_one();
}

void Workers::for_each(std::size_t items, const Job& job) {
  if (items > 1) start();
  std::unique_lock lock(mutex_);
  job_ = &job;
  items_ = items;
  next_ = 0;
  if (items > 1) wake_.notify_all();
  work(0, lock);
  done_.wait(lock, [this] { return running_ == 0; });
  items_ = next_ = 0;
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

}  // namespace nutricount::backup
