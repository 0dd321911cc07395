// What an environment was built from, in its .nutricount-deploy.json.
#include "deploy/environment.hpp"
#include "fuzz.hpp"

using namespace nutricount;
using namespace nutricount::fuzz;

namespace {
void check_read_back(const deploy::Requirements& requirements) {
  deploy::note_built_from(place().root(), requirements);
  demand(deploy::built_from(place().root()) == requirements, "what is written is read back");
}
}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = text_of(data, size);
  place().write(".nutricount-deploy.json", text);
  const auto requirements = accepted([] { return deploy::built_from(place().root()); });
  if (requirements && *requirements) check_read_back(**requirements);
  // A requirements file may hold any bytes.
  check_read_back({{"requirements.txt", text}});
  return 0;
}
