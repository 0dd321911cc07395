// From a request to its answer: who may ask what, and what becomes of a delivery.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/secret.hpp"
#include "config/settings.hpp"
#include "crypto/signature.hpp"
#include "http/server.hpp"
#include "talk.hpp"
#include "webhook/decision.hpp"
#include "webhook/deliveries.hpp"
#include "webhook/room.hpp"
#include "webhook/spool.hpp"

namespace nutricount::receiver {

/// A delivery whose signature was right.
struct Signed {
  webhook::Delivery::Path path = webhook::Delivery::Path::kWebhook;
  std::string id;
  std::string event;
  std::string body;
  std::string from;  ///< an address
};

class Application {
 public:
  /// `wake` is called, on a thread of this class, when a request was left in the spool. Throws
  /// where the spool cannot be written.
  Application(const config::Settings& settings, Secret secret, Talk& talk,
              std::function<void()> wake);

  [[nodiscard]] std::unique_ptr<http::Exchange> exchange(const http::Head& head);
  /// Waits for what is being answered.
  void finish();

  // --- for its exchanges
  [[nodiscard]] crypto::Signature signature() const { return crypto::Signature(secret_); }
  [[nodiscard]] Talk& talk() { return talk_; }
  [[nodiscard]] webhook::Room& room() { return room_; }
  /// Decide and, where that is the decision, leave a request in the spool: on one thread, in order.
  void receive(Signed delivery, http::Exchange::Respond respond);
  /// One look at a time, whose answer all get who asked before it.
  void tell_status(http::Exchange::Respond respond);

 private:
  [[nodiscard]] http::Answer answer_to(const Signed& delivery);
  void accept(const Signed& delivery, const webhook::Decision& decision);
  const config::Settings& settings_;
  Secret secret_;
  Talk& talk_;
  std::function<void()> wake_;
  webhook::Spool spool_;
  webhook::Deliveries deliveries_;
  webhook::Room room_{32U << 20U};
  std::mutex askers_mutex_;
  std::vector<http::Exchange::Respond> askers_;
  boost::asio::thread_pool receiving_{1};
  boost::asio::thread_pool looking_{1};  ///< apart: systemd may keep it waiting
};

}  // namespace nutricount::receiver
