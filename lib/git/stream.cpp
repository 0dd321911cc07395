#include "git/stream.hpp"

#include <git2.h>
#include <git2/sys/stream.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <memory>

#include "git/handles.hpp"

namespace nutricount::git {
namespace {
struct FreeBio {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
};

// libgit2 sees the first member and gives it back.
struct Stream {
  git_stream parent;
  std::unique_ptr<BIO, FreeBio> bio;
};

Stream& of(git_stream* stream) { return *reinterpret_cast<Stream*>(stream); }

int failed(const char* action) {
  // OpenSSL queues the cause last, and a system error as itself.
  std::array<char, 256> text{};
  const unsigned long code = ERR_peek_last_error();
  if (code != 0) ERR_error_string_n(code, text.data(), text.size());
  const char* said = code == 0                ? std::strerror(errno)
                     : ERR_SYSTEM_ERROR(code) ? std::strerror(ERR_GET_REASON(code))
                                              : text.data();
  git_error_set_str(GIT_ERROR_NET, (std::string(action) + ": " + said).c_str());
  ERR_clear_error();
  return -1;
}

int connect_stream(git_stream* stream) {
  BIO* bio = of(stream).bio.get();
  if (BIO_do_connect(bio) <= 0) return failed("failed to connect");
  const int on = 1;
  const int fd = static_cast<int>(BIO_get_fd(bio, nullptr));
  if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) {
    return failed("failed to set up the connection");
  }
  return 0;
}

int chunk(std::size_t size) {
  constexpr std::size_t kMost = std::numeric_limits<int>::max();
  return static_cast<int>(std::min(size, kMost));
}

ssize_t read_stream(git_stream* stream, void* bytes, std::size_t size) {
  const int n = BIO_read(of(stream).bio.get(), bytes, chunk(size));
  if (n > 0 || BIO_eof(of(stream).bio.get()) != 0) return n > 0 ? n : 0;
  return failed("error receiving data from the socket");
}

ssize_t write_stream(git_stream* stream, const char* bytes, std::size_t size, int /*flags*/) {
  const int n = BIO_write(of(stream).bio.get(), bytes, chunk(size));
  return n > 0 ? n : failed("error sending data to the socket");
}

int close_stream(git_stream* stream) {
  of(stream).bio.reset();
  return 0;
}

int new_stream(git_stream** out, const char* host, const char* port) {
  auto stream = std::make_unique<Stream>();
  stream->bio.reset(BIO_new(BIO_s_connect()));
  if (!stream->bio) return failed("failed to make a connection");
  BIO_set_conn_hostname(stream->bio.get(), host);
  BIO_set_conn_port(stream->bio.get(), port);
  stream->parent.version = GIT_STREAM_VERSION;
  stream->parent.connect = connect_stream;
  stream->parent.read = read_stream;
  stream->parent.write = write_stream;
  stream->parent.close = close_stream;
  stream->parent.free = [](git_stream* of_git) { delete reinterpret_cast<Stream*>(of_git); };
  *out = &stream.release()->parent;
  return 0;
}
}  // namespace

void send_at_once(const std::string& url) {
  if (!url.starts_with("http://") && !url.starts_with("https://")) return;
  git_stream_registration registration{GIT_STREAM_VERSION, new_stream, nullptr};
  ensure(git_stream_register(GIT_STREAM_STANDARD, &registration), "cannot set up connections");
}

}  // namespace nutricount::git
