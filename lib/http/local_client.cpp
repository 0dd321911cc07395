#include "http/local_client.hpp"

#include <fmt/format.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <vector>

#include "http/reason.hpp"

namespace nutricount::http {
namespace {
namespace asio = boost::asio;
namespace beast = boost::beast;
using Protocol = asio::generic::stream_protocol;
using boost::system::error_code;

class Request {
 public:
  explicit Request(const LocalAddress& address) : endpoints_(endpoints_of(address)) {
    request_.method(beast::http::verb::get);
    request_.target(address.target);
    request_.set(beast::http::field::host, address.authority);
    request_.set(beast::http::field::user_agent, "nutricount-deploy/" NUTRICOUNT_DEPLOY_VERSION);
    request_.set(beast::http::field::accept, "*/*");
    request_.set(beast::http::field::connection, "close");
    parser_.body_limit(kBodyLimit);
  }

  model::Reply perform(const Probe& probe) {
    asio::async_connect(socket_, endpoints_,
                        [this](error_code error, const Protocol::endpoint&) { connected(error); });
    run(probe);
    model::Reply reply;
    if (!done_) {
      reply.error = timed_out(phase_, probe.timeout);
    } else if (error_) {
      reply.error = reason_of(error_);
    } else {
      const auto& answer = parser_.get();
      reply = {.status = static_cast<int>(answer.result_int()), .body = answer.body()};
      reply.content_type = std::string(answer[beast::http::field::content_type]);
      reply.location = std::string(answer[beast::http::field::location]);
    }
    return reply;
  }

 private:
  static std::vector<Protocol::endpoint> endpoints_of(const LocalAddress& address) {
    if (!address.socket.empty()) {
      return {asio::local::stream_protocol::endpoint(address.socket)};
    }
    std::vector<Protocol::endpoint> endpoints;
    for (const auto& host : address.hosts) {
      endpoints.emplace_back(asio::ip::tcp::endpoint(asio::ip::make_address(host), address.port));
    }
    return endpoints;
  }

  // A socket that outlives the application takes connections that nobody will answer.
  void run(const Probe& probe) {
    constexpr int kLook = 100;  // ms
    const Deadline deadline(probe.timeout);
    while (!done_ && !deadline.passed()) {
      context_.run_for(Milliseconds(deadline.poll_timeout(kLook)));
      if (!done_ && probe.is_pointless && probe.is_pointless()) return;
    }
  }

  void connected(error_code error) {
    if (error) return finished(error);
    phase_ = Phase::kHeader;
    beast::http::async_write(socket_, request_, [this](error_code failed, std::size_t) {
      if (failed) return finished(failed);
      beast::http::async_read_header(socket_, buffer_, parser_,
                                     [this](error_code read, std::size_t) { header_read(read); });
    });
  }

  void header_read(error_code error) {
    if (error) return finished(error);
    phase_ = Phase::kBody;
    beast::http::async_read(socket_, buffer_, parser_,
                            [this](error_code read, std::size_t) { finished(read); });
  }

  void finished(error_code error) {
    error_ = error;
    done_ = true;
  }

  static std::string reason_of(error_code failed) {
    using beast::http::error;
    if (failed == error::end_of_stream) return kNoAnswer;
    if (failed == error::partial_message) return kBrokeOff;
    if (failed == error::body_limit) return too_long();
    if (failed.category() == boost::system::system_category()) return in_words(failed.value());
    return fmt::format("that is not HTTP: {}", failed.message());
  }

  asio::io_context context_{1};
  Protocol::socket socket_{context_};
  std::vector<Protocol::endpoint> endpoints_;
  beast::flat_buffer buffer_;
  beast::http::request<beast::http::empty_body> request_;
  beast::http::response_parser<beast::http::string_body> parser_;
  Phase phase_ = Phase::kConnection;
  bool done_ = false;
  error_code error_;
};
}  // namespace

model::Reply get_locally(const LocalAddress& address, const Probe& probe) {
  try {
    return Request(address).perform(probe);
  } catch (const boost::system::system_error& error) {  // no descriptors, a path that is too long
    return {.error = error.code().message()};
  }
}

}  // namespace nutricount::http
