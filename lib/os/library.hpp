// Shared libraries that are loaded when they are first needed. The dynamic linker's work for all of
// them together would take longer than most runs.
#pragma once

#include <string>

namespace nutricount::os {

class Library {
 public:
  /// dlopen(3); stays loaded until the process ends. `package` is what Debian calls it: where it
  /// is missing, this throws Error and says to install that.
  Library(const char* name, const char* package);

  /// Sets `function` to what the library has under `symbol`. Throws where it has none.
  template <typename Function>
  void find(const char* symbol, Function& function) const {
    function = reinterpret_cast<Function>(address(symbol));
  }

 private:
  [[nodiscard]] void* address(const char* symbol) const;
  std::string package_;
  void* handle_;
};

}  // namespace nutricount::os
