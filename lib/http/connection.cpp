#include "http/connection.hpp"

#include <fmt/format.h>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <cstring>

namespace nutricount::http {
namespace {
namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;
constexpr std::size_t kAtOnce = 16U << 10U;  // of a body

class ParsedHead : public Head {
 public:
  explicit ParsedHead(const beast::http::fields& fields) : fields_(fields) {}
  [[nodiscard]] std::string_view field(std::string_view name) const override {
    const auto value = fields_[beast::string_view(name.data(), name.size())];
    return {value.data(), value.size()};
  }

 private:
  const beast::http::fields& fields_;
};

std::string address_of(const Connection::Socket& socket) {
  error_code error;
  const auto generic = socket.remote_endpoint(error);
  const int family = generic.protocol().family();
  if (error || (family != AF_INET && family != AF_INET6)) return {};
  asio::ip::tcp::endpoint endpoint;
  if (generic.size() > endpoint.capacity()) return {};
  std::memcpy(endpoint.data(), generic.data(), generic.size());
  return endpoint.address().to_string();
}

struct Status {
  int code;
  const char* reason;
};

Status status_of(error_code cause) {
  using beast::http::error;
  if (cause == error::header_limit) return {431, "The request's header is too large"};
  // Or of what is beside a chunked body: extensions and trailers, which Beast does not limit.
  if (cause == error::body_limit || cause == error::buffer_overflow) {
    return {413, "Payload too large"};
  }
  if (cause == error::bad_version) return {505, "This is not HTTP/1.1"};
  return {400, "This is not HTTP"};
}

/// An answer's head.
std::string text_of(const Answer& answer, bool last) {
  const auto reason = beast::http::obsolete_reason(static_cast<beast::http::status>(answer.status));
  std::string text = fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n"
      "Content-Length: {}\r\n",
      answer.status, std::string_view(reason.data(), reason.size()), answer.body.size());
  for (const auto& [name, value] : answer.fields) text += fmt::format("{}: {}\r\n", name, value);
  return text += last ? "Connection: close\r\n\r\n" : "\r\n";
}

/// Not of the connection: the client is still there to be told.
bool is_of_http(error_code cause) {
  using beast::http::error;
  return cause.category() == make_error_code(error::end_of_stream).category() &&
         cause != error::end_of_stream && cause != error::partial_message;
}
}  // namespace

Connection::Connection(Socket socket, Shared& shared)
    : shared_(shared),
      peer_(address_of(socket)),
      stream_(std::move(socket)),
      buffer_(shared.limits.header_bytes + kAtOnce) {
  ++shared_.open;
}

Connection::~Connection() {
  leave_line();
  --shared_.open;
}

void Connection::wait_in_line() {
  leave_line();
  place_ = shared_.waiting.insert(shared_.waiting.end(), {.connection = weak_from_this()});
}

void Connection::leave_line() {
  if (place_) shared_.waiting.erase(*place_);
  place_.reset();
}

void Connection::close() {
  leave_line();
  stream_.close();
}

void Connection::close_if_idle() {
  if (buffer_.size() == 0 && !exchange_ && !(parser_ && parser_->got_some())) close();
}

void Connection::read_request() {
  if (shared_.stopping && buffer_.size() == 0) return close();
  exchange_.reset();
  parser_.emplace();
  parser_->header_limit(shared_.limits.header_bytes);
  parser_->body_limit(shared_.limits.body_bytes);
  wait_in_line();
  // Once for the whole request: who sends a byte now and then gains nothing by it.
  stream_.expires_after(shared_.limits.request);
  read_header();
}

void Connection::read_header() {
  beast::http::async_read_header(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](error_code error, std::size_t) { self->header_read(error); });
}

void Connection::header_read(error_code error) {
  if (error) return failed(error);
  const auto& request = parser_->get();
  // Where such a body ends somebody else may see otherwise: a proxy in front.
  if (request.count(beast::http::field::transfer_encoding) > 0 && !parser_->chunked()) {
    return refuse(400, "This is not HTTP: its Transfer-Encoding does not end with chunked");
  }
  ParsedHead head(request.base());
  head.method = std::string(request.method_string());
  head.target = std::string(request.target());
  head.peer = peer_;
  exchange_ = shared_.handler(head);
  parser_->get().body() = exchange_.get();
  const auto expects = request[beast::http::field::expect];
  if (!parser_->is_done() && beast::iequals(expects, "100-continue")) return go_on();
  read_body();
}

void Connection::go_on() {
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  asio::async_write(stream_, asio::buffer(kContinue),
                    [self = shared_from_this()](error_code error, std::size_t) {
                      if (!error) self->read_body();
                    });
}

void Connection::read_body() {
  if (!parser_->is_done() && parser_->content_length().value_or(kAtOnce) > 1024) {
    buffer_.reserve(kAtOnce);
  }
  beast::http::async_read(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](error_code error, std::size_t) { self->body_read(error); });
}

void Connection::body_read(error_code error) {
  if (error) return failed(error);
  leave_line();
  stream_.expires_never();
  buffer_.shrink_to_fit();
  const auto executor = stream_.get_executor();
  // The guard: a server that stops waits for the answer. This is handed on, not kept: or another
  // thread might be the last to let go of it, and destroy it.
  exchange_->answer(
      [self = shared_from_this(), guard = asio::make_work_guard(executor)](Answer answer) mutable {
        asio::dispatch(guard.get_executor(),
                       [self = std::move(self), answer = std::move(answer)]() mutable {
                         self->write(std::move(answer), !self->parser_->get().keep_alive());
                       });
        guard.reset();
      });
}

void Connection::failed(error_code error) {
  if (!is_of_http(error)) return;
  const Status status = status_of(error);
  refuse(status.code, status.reason);
}

void Connection::refuse(int status, std::string_view reason) {
  write({.status = status, .body = shared_.refusal(status, reason)}, true);
}

void Connection::write(Answer answer, bool last) {
  last = last || shared_.stopping;
  answer_ = text_of(answer, last);
  if (parser_->get().method() != beast::http::verb::head) answer_ += answer.body;
  wait_in_line();  // who does not read it can go, too
  stream_.expires_after(shared_.limits.request);
  asio::async_write(stream_, asio::buffer(answer_),
                    [self = shared_from_this(), last](error_code error, std::size_t) {
                      self->written(error, last);
                    });
}

void Connection::written(error_code error, bool last) {
  answer_.clear();
  if (error) return;
  if (!last) return read_request();
  linger();
}

// What the client still sends is read for a while: closing over it would reset the connection, and
// the client might never see the answer.
void Connection::linger() {
  constexpr std::size_t kMost = 64U << 20U;  // a proxy sends a whole body, refused or not
  error_code ignored;
  stream_.socket().shutdown(asio::socket_base::shutdown_send, ignored);
  stream_.expires_after(std::chrono::seconds(2));
  wait_in_line();
  read_on(kMost);
}

void Connection::read_on(std::size_t left) {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(kAtOnce),
                          [self = shared_from_this(), left](error_code error, std::size_t got) {
                            if (!error && got < left) self->read_on(left - got);
                          });
}

}  // namespace nutricount::http
