// An answer that is given later, from any thread: for pages that wait for a disk.

#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "http/message.hpp"
#include "net/conversation.hpp"

namespace interdict::http {

/// Copies are the same reply. When the last one is dropped unanswered, the client gets a 500. A
/// reply that comes after the client has gone, or after its deadline, is dropped.
class Reply {
 public:
  /// Where the answer waits for the loop. Shared: the session waits at one end, a thread holds the
  /// other.
  class Slot {
   public:
    explicit Slot(net::Wake wake) : wake_(std::move(wake)) {}
    bool put(Response response);
    std::optional<Response> take();

   private:
    std::mutex mutex_;
    std::optional<Response> response_;  // guarded by mutex_
    bool answered_ = false;             // guarded by mutex_
    net::Wake wake_;
  };

  explicit Reply(std::shared_ptr<Slot> slot);
  /// Any thread. False: it was answered before, and this answer is dropped.
  bool send(Response response) const;  // NOLINT(modernize-use-nodiscard): most callers know

 private:
  struct Ticket {
    explicit Ticket(std::shared_ptr<Slot> s) : slot(std::move(s)) {}
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;
    ~Ticket();
    std::shared_ptr<Slot> slot;
  };
  std::shared_ptr<Ticket> ticket_;  // the last copy of the Reply answers for all
};

}  // namespace interdict::http
