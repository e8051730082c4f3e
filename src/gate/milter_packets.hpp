// The milter protocol on the wire: packets in, replies out. No socket, no decision.
//
// Format  a packet is a big-endian u32 length, one command letter, and length - 1 bytes of data.
//         Texts in it end with NUL. Versions 2 to 6 differ in what may be negotiated, not in the
//         shape. Names and numbers are those of the header mfdef.h of libmilter; tried against
//         Postfix 3.7.
// Bounds  a packet of at most kMaxPacket bytes (Postfix sends 64 KiB at most); memory grows with
//         the bytes that have arrived, never with the length that was announced.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace interdict::gate::milter {

inline constexpr std::size_t kMaxPacket = std::size_t{1} << 20;

/// What the mail server tells.
enum class Command : char {
  negotiate = 'O',
  connect = 'C',
  macros = 'D',
  helo = 'H',
  mail = 'M',
  recipient = 'R',
  data = 'T',
  header = 'L',
  end_of_headers = 'N',
  body = 'B',
  end_of_message = 'E',
  abort = 'A',
  quit = 'Q',
  quit_for_next = 'K',  // this connection is over, the next one uses the same socket
  unknown = 'U',        // an SMTP command that the server does not know
};

/// What a filter may do with a message; negotiated (SMFIF_*).
namespace actions {
inline constexpr std::uint32_t kAddHeaders = 0x01, kQuarantine = 0x20, kChooseMacros = 0x100;
}
/// What the server need not send, and what the filter need not answer (SMFIP_*).
namespace steps {
inline constexpr std::uint32_t kNoConnect = 0x1, kNoHelo = 0x2, kNoMail = 0x4, kNoRecipients = 0x8,
                               kNoBody = 0x10, kNoHeaders = 0x20, kNoEndOfHeaders = 0x40,
                               kNoReplyToHeader = 0x80, kNoUnknown = 0x100, kNoData = 0x200,
                               kNoReplyToConnect = 0x1000, kNoReplyToHelo = 0x2000,
                               kNoReplyToMail = 0x4000, kNoReplyToRecipient = 0x8000,
                               kNoReplyToData = 0x10000, kNoReplyToUnknown = 0x20000,
                               kNoReplyToEndOfHeaders = 0x40000, kNoReplyToBody = 0x80000;
}

struct Packet {
  char command = 0;
  std::string_view data;  // lives until the next call of Incoming
};

/// Bytes as they arrive, cut into packets.
class Incoming {
 public:
  void add(std::string_view bytes);
  /// Nothing: the packet has not arrived whole. Errc::limit: it is announced too long;
  /// Errc::malformed: it has no command. The stream cannot be read on after an error.
  Result<std::optional<Packet>> next();
  [[nodiscard]] std::size_t waiting() const { return bytes_.size() - begin_; }

 private:
  std::string bytes_;
  std::size_t begin_ = 0;
};

struct Offer {
  std::uint32_t version = 0, actions = 0, steps = 0;
};
/// Of a negotiate packet; what follows the three numbers is ignored.
Result<Offer> parse_offer(std::string_view data);

/// The next text of `data`, without its NUL, taken off the front. Nothing when no NUL is left.
std::optional<std::string_view> take_text(std::string_view& data);

/// Macros that the server shall send at a stage (needs actions::kChooseMacros).
struct MacroWish {
  std::uint32_t stage = 0;  // 0 connect, 1 helo, 2 mail, 3 recipient, 4 data, 5 end of message
  std::string_view names;   // parted by blanks
};

// Replies, appended to `out`.
void reply_offer(std::string& out, const Offer& chosen, std::span<const MacroWish> wishes);
void reply_continue(std::string& out);
void reply_tempfail(std::string& out);
/// `line` as "550 5.7.1 text"; made one clean line of ASCII first (see clean_reply).
void reply_with_code(std::string& out, std::string_view line);
void add_header(std::string& out, std::string_view name, std::string_view value);
void quarantine(std::string& out, std::string_view reason);

/// One line that any SMTP client can show: controls and what is not ASCII become '?', percent signs
/// (which servers may expand) vanish, at most 400 bytes.
std::string clean_reply(std::string_view line);
/// Field content: no line breaks, no NUL, at most 900 bytes.
std::string clean_header(std::string_view value);

}  // namespace interdict::gate::milter
