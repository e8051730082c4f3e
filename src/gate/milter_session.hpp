// One connection of a mail server to our milter: bytes in, bytes out.
//
// The session acts on authenticated submissions only. It asks for no bodies and no recipients, and
// where the server allows it no step but the last is answered: each reply that is not sent saves
// the server a round trip. What a message does not need for the question "which device" is not
// kept.
//
// Facts   macros and pitfalls: {auth_authen} from MAIL on; queue id from DATA or the end of the
//         message; a session carries many messages, so state is reset at MAIL and at an abort;
//         header values come folded.
// Bounds  kMaxHeaders fields of kMaxHeaderBytes in all a message; what is beyond is not looked at.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gate/milter_packets.hpp"
#include "gate/submission.hpp"

namespace interdict::gate::milter {

inline constexpr std::size_t kMaxHeaders = 256;
inline constexpr std::size_t kMaxHeaderBytes = 64 << 10;

class Session {
 public:
  /// The judge must outlive the session.
  explicit Session(Judge& judge) : judge_(judge) {}

  /// Takes what has arrived and appends the replies to `out`. False: close the connection. An
  /// error: close it and say why; the server falls back to its milter_default_action.
  Result<bool> receive(std::string_view bytes, std::string& out);

 private:
  struct Kept {
    std::string name, value;
  };

  Result<bool> obey(const Packet& packet, std::string& out);
  Status negotiate(std::string_view data, std::string& out);
  void macros(std::string_view data);
  void header(std::string_view data);
  void end_of_message(std::string& out);
  void answer(std::uint32_t suppressed_by, std::string& out) const;
  void forget_message();
  void forget_connection();

  Judge& judge_;
  Incoming incoming_;
  bool negotiated_ = false;
  bool macros_of_mail_ = false;  // they came, and MAIL itself is still to come
  std::uint32_t actions_ = 0, steps_ = 0;
  std::string client_address_, helo_;
  std::string account_, queue_id_, certificate_;
  std::vector<Kept> headers_;
  std::size_t header_bytes_ = 0;
};

}  // namespace interdict::gate::milter
