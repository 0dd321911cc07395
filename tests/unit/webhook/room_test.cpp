#include "webhook/room.hpp"

#include <doctest/doctest.h>

#include <deque>

namespace nutricount::webhook {

TEST_CASE("a body that has room is what came, in its order") {
  Room room(10);
  Body body(room);
  for (const char* part : {"abc", "", "defg", "hij"}) body.append(part);
  CHECK_FALSE(body.is_lost());
  CHECK(body.take() == "abcdefghij");
}

TEST_CASE("the largest is lost, and a small one never because of it") {
  Room room(100);
  Body small(room);
  small.append("abc");
  Body large(room);
  large.append(std::string(60, 'x'));
  Body larger(room);
  larger.append(std::string(37, 'x'));
  CHECK_FALSE(large.is_lost());
  larger.append("y");  // one too much: `large` is the largest
  CHECK(large.is_lost());
  CHECK_FALSE(larger.is_lost());
  large.append(std::string(1000, 'x'));  // which changes nothing any more
  CHECK(large.take().empty());
  larger.append(std::string(60, 'y'));  // now it is this one
  CHECK(larger.is_lost());
  small.append(std::string(97, 'z'));
  CHECK_FALSE(small.is_lost());
  CHECK(small.take().size() == 100);
}

TEST_CASE("a stranger's many bodies leave room for one that is smaller than they are") {
  Room room(1000);
  std::deque<Body> many;
  for (int i = 0; i < 512; ++i) many.emplace_back(room).append(std::string(50, 'x'));
  Body delivery(room);
  for (int i = 0; i < 40; ++i) delivery.append("x");
  CHECK_FALSE(delivery.is_lost());
}

TEST_CASE("what is larger than all the room is lost") {
  Room room(10);
  Body body(room);
  body.append(std::string(11, 'x'));
  CHECK(body.is_lost());
}

TEST_CASE("room is free again when a body ends, and not before, wherever its bytes are") {
  Room room(10);
  for (int i = 0; i < 3; ++i) {
    Body body(room);
    body.append("12345678");
    CHECK_FALSE(body.is_lost());
  }
  {
    Body taken(room);
    taken.append("12345678");
    CHECK(taken.take() == "12345678");
    Body next(room);
    next.append("12");
    CHECK_FALSE(next.is_lost());
    next.append("3");
    CHECK(next.is_lost());
  }
  Body last(room);
  last.append("1234567890");
  CHECK_FALSE(last.is_lost());
}

}  // namespace nutricount::webhook
