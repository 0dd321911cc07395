#include "webhook/payload.hpp"

#include <doctest/doctest.h>
#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "base/error.hpp"

namespace {
// All that this process allocates is counted.
std::atomic<std::size_t> live{0};
std::atomic<std::size_t> most{0};

void* allocate(std::size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  const std::size_t now = live += malloc_usable_size(memory);
  if (now > most) most = now;
  return memory;
}
void release(void* memory) noexcept {
  if (memory != nullptr) live -= malloc_usable_size(memory);
  std::free(memory);
}
}  // namespace

void* operator new(std::size_t size) { return allocate(size); }
void operator delete(void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t /*size*/) noexcept { release(memory); }

namespace nutricount::webhook {
namespace {
constexpr std::size_t kLarge = 25U << 20U;
constexpr std::size_t kSmall = 1U << 20U;  // the parser keeps a bit of each key
const std::string kCommit = "8ab41d0f6e9bb9e6b8a1c4b7f3a0d5c2e1f09876";

/// `begin`, then `part` again and again, then `end`: as large as a delivery may be.
std::string large(std::string begin, const std::string& part, const std::string& end,
                  std::size_t size = kLarge) {
  begin.reserve(size + 1);
  while (begin.size() + part.size() + end.size() < size) begin += part;
  return begin + end;
}

template <class Read>
std::size_t memory_for(Read&& read) {
  const std::size_t before = live;
  most = before;
  read();
  CHECK(live <= before + 256);
  return most - before;
}
}  // namespace

TEST_CASE("of a push with all its commits nothing is kept but what is asked for") {
  const std::string commit =
      R"({"id":")" + kCommit +
      R"(","message":"m","author":{"name":"A","email":"a@example.org"},"added":["a","b"],)"
      R"("removed":[],"modified":["c"],"repository":{"full_name":"x/y"},"ref":"refs/heads/x"})";
  const std::string body =
      large(R"({"ref":"refs/heads/main","after":")" + kCommit + R"(","commits":[)" + commit,
            "," + commit, R"(],"head_commit":)" + commit + R"(,"deleted":false})");
  REQUIRE(body.size() > kLarge - 1000);
  Push push;
  CHECK(memory_for([&] { push = read_push(body); }) < kSmall);
  CHECK(push.ref == "refs/heads/main");
  CHECK(push.commit == kCommit);
  CHECK_FALSE(push.deleted);
}

TEST_CASE("nor of a workflow with whatever is in it") {
  const std::string body = large(
      R"({"workflow_run":{"name":"CI","status":"completed","conclusion":"success","jobs":[[0)",
      R"(,1.5e3,{"name":"x","workflow_run":{"id":"y"}},null,"text")",
      R"(]],"head_branch":"main","head_sha":")" + kCommit + R"("},"workflow":{"name":"other"}})",
      4 * kSmall);
  WorkflowRun run;
  CHECK(memory_for([&] { run = read_workflow_run(body); }) < kSmall / 4);
  CHECK(run.workflow == "CI");
  CHECK(run.branch == "main");
  CHECK(run.commit == kCommit);
}

TEST_CASE("a body that is refused leaves nothing behind, wherever it breaks off") {
  for (const char* part :
       {"[", "{\"a\":", "\"", "0", "{\"name\":[{\"id\":[1,2,{\"ref\":\"x\",", ","}) {
    std::string body = large("{\"workflow_run\":", part, "", kSmall);
    static_cast<void>(
        memory_for([&] { CHECK_THROWS_AS(static_cast<void>(read_workflow_run(body)), Error); }));
  }
}

TEST_CASE("a name, a commit and a repository are looked for in both places") {
  const auto run = read_workflow_run(
      R"({"workflow":{"name":"outer"},"workflow_run":{"head_commit":{"id":"c"},"event":"push",)"
      R"("head_repository":{"full_name":"a/b"}},"repository":{"full_name":"c/d"}})");
  CHECK(run.workflow == "outer");
  CHECK(run.commit == "c");
  CHECK(run.event == "push");
  CHECK(run.head_repository == "a/b");
  CHECK(run.repository == "c/d");
  CHECK_FALSE(run.branch);
  const auto inner = read_workflow_run(
      R"({"workflow":{"name":"outer"},"workflow_run":{"name":"inner","head_sha":"s",)"
      R"("head_commit":{"id":"c"},"head_repository":null}})");
  CHECK(inner.workflow == "inner");
  CHECK(inner.commit == "s");
  CHECK_FALSE(inner.head_repository);
  CHECK(read_push(R"({"head_commit":{"id":"c"},"deleted":null})").commit == "c");
  CHECK(read_push(R"({"after":"a","head_commit":{"id":"c"},"deleted":true})").commit == "a");
}

}  // namespace nutricount::webhook
