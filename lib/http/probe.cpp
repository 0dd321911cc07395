#include "http/probe.hpp"

#include <fmt/format.h>

#include <memory>

#include "base/error.hpp"
#include "base/quantity.hpp"
#include "base/secret.hpp"
#include "http/libcurl.hpp"

namespace nutricount::http {
namespace {
constexpr std::size_t kBodyLimit = 64U << 10U;

struct CloseHandle {
  void operator()(CURL* handle) const { curl().easy_cleanup(handle); }
};

// Keeps the first kBodyLimit bytes and ends the transfer there.
std::size_t collect(const char* bytes, std::size_t size, std::size_t count, void* body) {
  auto& text = *static_cast<std::string*>(body);
  const std::size_t taken = std::min(size * count, kBodyLimit - text.size());
  text.append(bytes, taken);
  return taken;
}

std::string reason(CURLcode code, const std::string& url, Milliseconds timeout) {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return fmt::format("no answer within {}", format_duration(timeout));
    case CURLE_COULDNT_CONNECT:
      return "connection refused";
    case CURLE_COULDNT_RESOLVE_HOST:
      return fmt::format("no address found for {}", redact_url(url));
    case CURLE_PEER_FAILED_VERIFICATION:
      return "its certificate is not valid";
    case CURLE_GOT_NOTHING:
      return "the connection was closed without an answer";
    case CURLE_RECV_ERROR:
      return "the connection broke off";
    default:
      return curl().easy_strerror(code);
  }
}

void set_up(CURL* request, const std::string& url, Milliseconds timeout, std::string& body) {
  const auto set = curl().easy_setopt;
  set(request, CURLOPT_URL, url.c_str());
  set(request, CURLOPT_PROTOCOLS_STR, "http,https");
  // One limit for everything: name, connection, TLS, headers, body.
  set(request, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  set(request, CURLOPT_NOSIGNAL, 1L);
  set(request, CURLOPT_NOPROXY, "localhost,127.0.0.1,::1");
  set(request, CURLOPT_USERAGENT, "nutricount-deploy/" NUTRICOUNT_DEPLOY_VERSION);
  set(request, CURLOPT_WRITEFUNCTION, collect);
  set(request, CURLOPT_WRITEDATA, &body);
}
}  // namespace

Answer get(const std::string& url, Milliseconds timeout) {
  if (!url.starts_with("http://") && !url.starts_with("https://")) {
    throw usage_error(fmt::format("\"{}\" is not an http or https address", redact_url(url)),
                      "set health.url, e.g. \"http://localhost:5000/health\"");
  }
  const std::unique_ptr<CURL, CloseHandle> request(curl().easy_init());
  if (!request) throw Error("libcurl cannot start", "check the installation of libcurl4");
  const Stopwatch watch;
  Answer answer;
  set_up(request.get(), url, timeout, answer.body);
  const CURLcode code = curl().easy_perform(request.get());
  long status = 0;
  curl().easy_getinfo(request.get(), CURLINFO_RESPONSE_CODE, &status);
  // A body that was cut at the limit is an answer all the same.
  const bool cut = code == CURLE_WRITE_ERROR && answer.body.size() == kBodyLimit;
  if (code == CURLE_OK || cut) {
    answer.status = static_cast<int>(status);
  } else {
    answer.error = reason(code, url, timeout);
  }
  answer.seconds = watch.seconds();
  return answer;
}

}  // namespace nutricount::http
