// What a call throws, to be looked at.
#pragma once

#include <doctest/doctest.h>

#include <functional>

#include "base/error.hpp"

namespace nutricount {

/// The Error that `work` throws. Fails the test where it throws none.
inline Error error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error;
  }
  FAIL("no Error was thrown");
  return Error("");
}

/// Whether its message or its hint has the words.
inline bool tells(const Error& error, const std::string& words) {
  return (error.what() + ("\n" + error.hint())).find(words) != std::string::npos;
}

}  // namespace nutricount
