// Demands what damage breaks, so that the driver is seen to find it.
#include "fuzz.hpp"

using namespace nutricount::fuzz;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = text_of(data, size);
  demand(text != "flipPed", "no bit is flipped");
  demand(text != "cut sho", "nothing is cut off");
  return 0;
}
