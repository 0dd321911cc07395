// What the lock's holder has written into it.
#include <algorithm>

#include "deploy/site.hpp"
#include "fuzz.hpp"

using namespace nutricount;
using namespace nutricount::fuzz;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  place().write("lock", text_of(data, size));
  demand(deploy::holder_in(place().path("lock")).starts_with("another deployment is running"),
         "whatever is written, somebody holds it");
  return 0;
}
