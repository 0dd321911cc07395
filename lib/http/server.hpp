// An HTTP/1.1 server for few and small requests from an untrusted network (RFC 9112), on one
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "os/fd.hpp"

namespace nutricount::http {

/// A request's first part.
class Head {
 public:
  virtual ~Head() = default;
  std::string method;
  std::string target;  ///< as it came, with its query
  std::string peer;    ///< the other end's address; empty for a Unix-domain socket
  /// The first field of that name, whatever its case; empty where there is none.
  [[nodiscard]] virtual std::string_view field(std::string_view name) const = 0;
  /// The last one: of several that are one list (RFC 9110, 5.3) it has the list's end.
  [[nodiscard]] virtual std::string_view last_field(std::string_view name) const = 0;
};

struct Answer {
  int status = 200;
  std::string body;  ///< JSON
  std::vector<std::pair<std::string, std::string>> fields = {};
};

/// One request, from its head to its answer. All is called on the server's thread.
class Exchange {
 public:
  using Respond = std::function<void(Answer)>;
  virtual ~Exchange() = default;
  /// The body as it comes, never more than Limits::body_bytes.
  virtual void add(std::string_view part) = 0;
  /// The request is whole. `respond` is called once, from any thread.
  virtual void answer(Respond respond) = 0;
};
using Handler = std::function<std::unique_ptr<Exchange>(const Head&)>;

struct Limits {
  std::uint32_t header_bytes = 16U << 10U;  ///< more: 431
  std::uint64_t body_bytes = 25U << 20U;    ///< more, chunked included: 413
  /// For a whole request, from when it is waited for: then, a second later at most, the connection
  /// is closed.
  Milliseconds request = std::chrono::seconds(10);
  /// One more closes the connection that has waited for its client for longest; while all are
  /// being answered it waits.
  std::size_t connections = 512;
};

/// Listens on HOST:PORT, or [IPV6]:PORT. Throws Error with exit status 2, naming the address.
[[nodiscard]] os::Fd listen_on(const std::string& address);
/// The sockets that systemd hands over (sd_listen_fds(3)); empty where it does not.
[[nodiscard]] std::vector<os::Fd> inherited_sockets();

class Server {
 public:
  /// What is no HTTP, and what is over a limit, the server answers itself, with the body that
  /// `refusal` makes of a status and its reason.
  using Refusal = std::function<std::string(int status, std::string_view reason)>;
  Server(std::vector<os::Fd> listening, Limits limits, Handler handler, Refusal refusal);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Serves until stop() was called and what was asked before it is answered.
  void run();
  /// No new requests from now on. From the server's thread.
  void stop();
  /// Called on the server's thread for SIGTERM, SIGINT and SIGCHLD, with the signal's number.
  void on_signals(std::function<void(int)> handle);
  /// Calls `work` on the server's thread, soon or after a delay. From any thread.
  void post(std::function<void()> work);
  void post_after(Milliseconds delay, std::function<void()> work);

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace nutricount::http
