#include "application.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/line.hpp"
#include "base/printable.hpp"
#include "status.hpp"

namespace nutricount::receiver {
namespace asio = boost::asio;
using http::Answer;
using webhook::refusal;
using Path = webhook::Delivery::Path;
namespace {
std::string path_of(const http::Head& head) {
  return head.target.substr(0, head.target.find_first_of("?#"));
}

/// Who asks: what the proxy in front says where that is on this machine, and only then.
std::string asker(const http::Head& head) {
  boost::system::error_code error;
  const bool is_here = head.peer.empty() || asio::ip::make_address(head.peer, error).is_loopback();
  std::string_view said = head.last_field("X-Forwarded-For");
  // The end of the list is what the proxy saw itself; what is before it anybody can write there.
  said = trimmed(said.substr(said.rfind(',') + 1));
  if (is_here && !said.empty()) {
    const auto address = asio::ip::make_address(std::string(said), error);
    if (!error) return address.to_string();
  }
  return head.peer.empty() ? "a local socket" : head.peer;
}

/// The method that a path is for; empty where there is no such path.
std::string method_for(const std::string& path) {
  if (path == "/health" || path == "/status") return "GET";
  return path == "/webhook" || path == "/deploy" ? "POST" : "";
}

Answer not_for(const std::string& path) {
  const std::string method = method_for(path);
  if (method.empty()) return {.status = 404, .body = refusal("Not found")};
  return {.status = 405, .body = refusal("Use " + method), .fields = {{"Allow", method}}};
}

std::string health_document() {
  return R"({"status":"healthy","timestamp":")" + to_utc(now()) +
         R"(","service":"nutrition-tracker-webhook"})";
}

/// The answer is known; the body does not matter.
class Plain : public http::Exchange {
 public:
  explicit Plain(Answer answer) : answer_(std::move(answer)) {}
  void add(std::string_view /*part*/) override {}
  void answer(Respond respond) override { respond(std::move(answer_)); }

 private:
  Answer answer_;
};

class Look : public http::Exchange {
 public:
  explicit Look(Application& application) : application_(application) {}
  void add(std::string_view /*part*/) override {}
  void answer(Respond respond) override { application_.tell_status(std::move(respond)); }

 private:
  Application& application_;
};

/// A POST: its signature is checked while it comes, and nothing else is looked at before.
class Arrival : public http::Exchange {
 public:
  Arrival(Application& application, const http::Head& head)
      : application_(application),
        claimed_(crypto::parse_signature(head.field("X-Hub-Signature-256"))),
        path_(path_of(head)),
        body_(application.room()) {
    delivery_.id = head.field("X-GitHub-Delivery");
    delivery_.event = head.field("X-GitHub-Event");
    delivery_.from = asker(head);
    if (claimed_) signature_.emplace(application_.signature());
  }
  void add(std::string_view part) override {
    if (!claimed_) return;
    signature_->add(part);
    body_.append(part);
  }

  void answer(Respond respond) override {
    if (!claimed_ || !signature_->matches(*claimed_)) {
      application_.talk().say_of_stranger(
          fmt::format("Invalid signature: {} from {}", beginning(path_, kShown), delivery_.from));
      return respond({.status = 401, .body = refusal("Invalid signature")});
    }
    if (body_.is_lost()) {
      return respond({.status = 503,
                      .body = refusal("Too much at once: deliver it again"),
                      .fields = {{"Retry-After", "10"}}});
    }
    if (!is_delivery_id(delivery_.id)) {
      return respond({.status = 400, .body = refusal("X-GitHub-Delivery is not an id")});
    }
    deliver(std::move(respond));
  }

 private:
  static constexpr std::size_t kShown = 100;  // a log is no place for 16 KB of a stranger's

  void deliver(Respond respond) {
    if (method_for(path_) != "POST") return respond(not_for(path_));
    delivery_.path = path_ == "/deploy" ? Path::kDeploy : Path::kWebhook;
    delivery_.body = body_.take();
    application_.receive(std::move(delivery_), std::move(respond));
  }

  Application& application_;
  std::optional<crypto::Digest> claimed_;
  std::optional<crypto::Signature> signature_;
  std::string path_;
  Signed delivery_;
  webhook::Body body_;
};
}  // namespace

Application::Application(const config::Settings& settings, Secret secret, Talk& talk,
                         std::function<void()> wake)
    : settings_(settings),
      secret_(std::move(secret)),
      talk_(talk),
      wake_(std::move(wake)),
      spool_(settings.webhook.spool),
      deliveries_(settings.webhook.spool / "deliveries.jsonl") {
  const std::string spool = settings.webhook.spool.string();
  if (access(spool.c_str(), R_OK | W_OK | X_OK) == 0) return;
  const Error cause = system_error("cannot write to the spool " + spool);
  throw usage_error(cause.what(), "make it, for this user to write; or set webhook.spool");
}

std::unique_ptr<http::Exchange> Application::exchange(const http::Head& head) {
  if (head.method == "POST") return std::make_unique<Arrival>(*this, head);
  const std::string path = path_of(head);
  const bool is_get = head.method == "GET" || head.method == "HEAD";
  if (is_get && path == "/health")
    return std::make_unique<Plain>(Answer{.body = health_document()});
  if (is_get && path == "/status") return std::make_unique<Look>(*this);
  return std::make_unique<Plain>(not_for(path));
}

void Application::receive(Signed delivery, http::Exchange::Respond respond) {
  asio::post(receiving_, [this, delivery = std::move(delivery), respond = std::move(respond)] {
    Answer answer;
    try {
      answer = answer_to(delivery);
    } catch (const std::exception& error) {
      talk_.say(LogLevel::kError, fmt::format("Delivery {}: {}", delivery.id, error.what()));
      answer = {.status = 500,
                .body = refusal("The request could not be stored: deliver it again")};
    }
    respond(std::move(answer));
  });
}

Answer Application::answer_to(const Signed& delivery) {
  const std::string name = delivery.id.empty() ? "without an id" : delivery.id;
  const std::string event = delivery.event.empty() ? "no event" : delivery.event;
  const auto tell = [&](const std::string& what) {
    talk_.say(LogLevel::kInfo,
              fmt::format("Delivery {}: {}, {}, from {}", name, event, what, delivery.from));
  };
  if (auto known = deliveries_.answer(delivery.id); known && !delivery.id.empty()) {
    tell("answered before");
    return {.status = 202, .body = std::move(*known)};
  }
  const auto decision =
      webhook::decide({.path = delivery.path, .event = delivery.event, .body = delivery.body},
                      {.workflow = settings_.webhook.workflow, .branch = settings_.source.branch});
  if (decision.deploys) accept(delivery, decision);
  tell(decision.summary);
  return {.status = decision.status, .body = decision.answer};
}

void Application::accept(const Signed& delivery, const webhook::Decision& decision) {
  const auto time = now();
  spool_.add({.name = {}, .commit = decision.commit, .delivery = delivery.id, .time = time});
  wake_();
  if (delivery.id.empty()) return;
  try {
    deliveries_.remember(delivery.id, decision.answer, time);
  } catch (const Error& error) {  // the request is there: a second one would find nothing new
    talk_.say(LogLevel::kWarning, error.what());
  }
}

void Application::tell_status(http::Exchange::Respond respond) {
  {
    const std::lock_guard lock(askers_mutex_);
    askers_.push_back(std::move(respond));
    if (askers_.size() > 1) return;
  }
  asio::post(looking_, [this] {
    std::vector<http::Exchange::Respond> askers;
    {
      const std::lock_guard lock(askers_mutex_);
      askers.swap(askers_);
    }
    const std::string document = status_document(settings_);
    for (const auto& respond_to : askers) respond_to({.body = document});
  });
}

void Application::finish() {
  receiving_.join();
  looking_.join();
}

}  // namespace nutricount::receiver
