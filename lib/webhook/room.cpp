#include "webhook/room.hpp"

#include <algorithm>

namespace nutricount::webhook {

void Room::make() {
  while (taken_ > most_ && !bodies_.empty()) {
    (*std::max_element(bodies_.begin(), bodies_.end(), [](const Body* one, const Body* other) {
      return one->size_ < other->size_;
    }))->lose();
  }
}

Body::Body(Room& room) : room_(room) { room_.bodies_.insert(this); }

Body::~Body() {
  room_.bodies_.erase(this);
  room_.taken_ -= size_;
}

void Body::append(std::string_view part) {
  if (is_lost_) return;
  text_.append(part);
  size_ += part.size();
  room_.taken_ += part.size();
  room_.make();
}

std::string Body::take() {
  room_.bodies_.erase(this);  // there is nothing here to be lost any more
  return std::move(text_);
}

void Body::lose() {
  room_.bodies_.erase(this);
  room_.taken_ -= size_;
  size_ = 0;
  text_ = std::string();
  is_lost_ = true;
}

}  // namespace nutricount::webhook
