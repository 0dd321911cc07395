// One client of the server: reads a request, hands it over, writes its answer, and again.
#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "http/server.hpp"

namespace nutricount::http {

/// A body that is handed on as it comes, and kept nowhere.
struct PassedOn {
  using value_type = Exchange*;
  class reader {  // NOLINT: the names are those that Beast asks for
   public:
    template <bool IsRequest, class Fields>
    reader(boost::beast::http::header<IsRequest, Fields>&, value_type& exchange)
        : exchange_(exchange) {}
    void init(const boost::optional<std::uint64_t>& /*length*/, boost::system::error_code& error) {
      error = {};
    }
    template <class Buffers>
    std::size_t put(const Buffers& buffers, boost::system::error_code& error) {
      error = {};
      std::size_t taken = 0;
      for (const auto part : boost::beast::buffers_range_ref(buffers)) {
        exchange_->add({static_cast<const char*>(part.data()), part.size()});
        taken += part.size();
      }
      return taken;
    }
    void finish(boost::system::error_code& error) { error = {}; }

   private:
    value_type& exchange_;
  };
};

class Connection;
/// One that waits for its client: for a whole request, or to take its answer.
struct Waiter {
  using Clock = std::chrono::steady_clock;
  Connection* connection;
  Clock::time_point since = {};
  Clock::time_point until = {};  ///< then it is closed, at the server's next look
};
using Waiting = std::list<Waiter>;  ///< oldest first

/// What all connections of a server share.
struct Shared {
  Limits limits;
  Handler handler;
  Server::Refusal refusal;
  Waiting waiting;
  std::size_t open = 0;
  bool stopping = false;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // The executor's own type: one that may be any costs time at every step.
  using Executor = boost::asio::io_context::executor_type;
  using Protocol = boost::asio::generic::stream_protocol;
  using Socket = boost::asio::basic_stream_socket<Protocol, Executor>;
  Connection(Socket socket, Shared& shared);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void begin();
  /// For one that waits for its client.
  void close();
  /// Closes it unless a request has begun to come.
  void close_if_idle();

 private:
  using Parser = boost::beast::http::request_parser<PassedOn>;
  void read_request();
  void read();
  void parse();
  bool header_read();
  void go_on();
  void ask();
  void failed(boost::system::error_code error);
  void refuse(int status, std::string_view reason);
  void write(Answer answer, bool last);
  void written(bool last);
  void linger();
  void read_on(std::size_t left);
  void wait_in_line(Milliseconds allowed);
  void leave_line();

  Shared& shared_;
  std::string peer_;
  Socket socket_;
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::unique_ptr<Exchange> exchange_;
  std::string answer_;
  Waiting out_of_line_;  ///< its own entry, while that is not in Shared::waiting
  Waiting::iterator place_;
};

}  // namespace nutricount::http
