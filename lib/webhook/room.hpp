// Room in memory for the bodies of all requests that are coming. Whose they are is known when they
// are whole: until then a stranger's counts as much as GitHub's.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>

namespace nutricount::webhook {

class Body;

/// For one thread, with all its bodies, which it outlives.
class Room {
 public:
  explicit Room(std::size_t most) : most_(most) {}
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;

 private:
  friend Body;
  void make();
  std::size_t most_;
  std::size_t taken_ = 0;
  std::set<Body*> bodies_;
};

/// One of them. Where all are too much the largest one is lost: two large ones of a stranger leave
/// a small one its room.
class Body {
 public:
  explicit Body(Room& room);
  ~Body();
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;

  void append(std::string_view part);
  /// It was the largest, and nothing of it is left.
  [[nodiscard]] bool is_lost() const { return is_lost_; }
  /// Its bytes. They count until this ends, for they are somewhere.
  [[nodiscard]] std::string take();

 private:
  friend Room;
  void lose();
  Room& room_;
  std::string text_;
  std::size_t size_ = 0;
  bool is_lost_ = false;
};

}  // namespace nutricount::webhook
