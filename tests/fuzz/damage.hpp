// A few damages to a text, chosen by the text itself: always the same ones for the same input.
#pragma once

#include <functional>
#include <string>

namespace nutricount::fuzz {

/// Calls `look` with `whole` after one bit of it was flipped, `times` times.
inline void with_flipped_bits(const std::string& whole, int times,
                              const std::function<void(const std::string&)>& look) {
  std::size_t random = std::hash<std::string>{}(whole);
  for (int i = 0; i < times && !whole.empty(); ++i) {
    random = random * 6364136223846793005U + 1442695040888963407U;  // Knuth's MMIX
    const std::size_t bit = (random >> 16U) % (whole.size() * 8);
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(static_cast<unsigned char>(flipped[bit / 8]) ^
                                         static_cast<unsigned char>(1U << (bit % 8)));
    look(flipped);
  }
}

}  // namespace nutricount::fuzz
