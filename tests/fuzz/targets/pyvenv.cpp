// The pyvenv.cfg of a Python environment.
#include "deploy/environment.hpp"
#include "fuzz.hpp"

using namespace nutricount;
using namespace nutricount::fuzz;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = text_of(data, size);
  place().write("pyvenv.cfg", text);
  const config::Python settings{.interpreter = "configured"};
  const auto making = accepted([&] { return deploy::making_of(place().root(), settings); });
  if (!making || making->interpreter == "configured") return 0;
  demand(making->interpreter.ends_with("/python3"), "an interpreter");
  demand(making->interpreter.find('\0') == std::string::npos &&
             making->interpreter.find('\n') == std::string::npos,
         "one path");
  demand(std::filesystem::exists(making->interpreter), "that is there");
  return 0;
}
