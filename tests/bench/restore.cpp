// restore APP ID ASIDE: puts the data backup ID in the place of APP/data, as a rollback does.
#include <cstdio>
#include <exception>

#include "backup/store.hpp"

int main(int argc, char** argv) {
  using namespace nutricount::backup;
  if (argc != 4) return 2;
  try {
    const Store store(Layout::data(argv[1], {"data"}));
    static_cast<void>(store.restore(argv[2], {"data"}, argv[3]));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
