#include "gate/milter_packets.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace interdict::gate::milter {
namespace {

constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kLongestReply = 400;   // an SMTP reply line has 512 bytes
constexpr std::size_t kLongestHeader = 900;  // a header line has 998
constexpr std::size_t kWorthCompacting = 1 << 14;

std::uint32_t load_u32(std::string_view at) {
  return static_cast<std::uint32_t>(load_be(bytes_of(at).data(), kLengthBytes));
}

void append_u32(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
}

void append_packet(std::string& out, char reply, std::string_view data) {
  append_u32(out, static_cast<std::uint32_t>(data.size() + 1));
  out += reply;
  out += data;
}

std::string with_nul(std::string_view text) {
  std::string out(text);
  out += '\0';
  return out;
}

}  // namespace

void Incoming::add(std::string_view bytes) {
  if (begin_ == bytes_.size()) {
    bytes_.clear();
    begin_ = 0;
  } else if (begin_ > kWorthCompacting) {
    bytes_.erase(0, begin_);
    begin_ = 0;
  }
  bytes_ += bytes;
}

Result<std::optional<Packet>> Incoming::next() {
  const std::string_view rest = std::string_view(bytes_).substr(begin_);
  if (rest.size() < kLengthBytes) return std::optional<Packet>();
  const std::size_t length = load_u32(rest);
  if (length == 0) return Error{Errc::malformed, "a packet without a command"};
  if (length > kMaxPacket) {
    return Error{Errc::limit, fmt::format("a packet of {} bytes is announced", length)};
  }
  if (rest.size() - kLengthBytes < length) return std::optional<Packet>();
  begin_ += kLengthBytes + length;
  return std::optional(Packet{rest[kLengthBytes], rest.substr(kLengthBytes + 1, length - 1)});
}

Result<Offer> parse_offer(std::string_view data) {
  if (data.size() < 3 * kLengthBytes) {
    return Error{Errc::truncated, "the offer holds no version, actions and steps"};
  }
  return Offer{load_u32(data), load_u32(data.substr(kLengthBytes)),
               load_u32(data.substr(2 * kLengthBytes))};
}

std::optional<std::string_view> take_text(std::string_view& data) {
  const auto end = data.find('\0');
  if (end == data.npos) return std::nullopt;
  const auto text = data.substr(0, end);
  data.remove_prefix(end + 1);
  return text;
}

void reply_offer(std::string& out, const Offer& chosen, std::span<const MacroWish> wishes) {
  std::string data;
  append_u32(data, chosen.version);
  append_u32(data, chosen.actions);
  append_u32(data, chosen.steps);
  for (const MacroWish& wish : wishes) {
    append_u32(data, wish.stage);
    data += with_nul(wish.names);
  }
  append_packet(out, static_cast<char>(Command::negotiate), data);
}

void reply_continue(std::string& out) { append_packet(out, 'c', {}); }
void reply_tempfail(std::string& out) { append_packet(out, 't', {}); }
void reply_with_code(std::string& out, std::string_view line) {
  append_packet(out, 'y', with_nul(clean_reply(line)));
}
void add_header(std::string& out, std::string_view name, std::string_view value) {
  append_packet(out, 'h', with_nul(name) + with_nul(clean_header(value)));
}
void quarantine(std::string& out, std::string_view reason) {
  append_packet(out, 'q', with_nul(clean_reply(reason)));
}

std::string clean_reply(std::string_view line) {
  std::string out;
  for (const char c : line.substr(0, kLongestReply)) {
    if (c == '%') continue;
    out += c >= ' ' && c <= '~' ? c : '?';
  }
  return out;
}

std::string clean_header(std::string_view value) {
  std::string out(value.substr(0, kLongestHeader));
  std::ranges::replace_if(
      out, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, ' ');
  return out;
}

}  // namespace interdict::gate::milter
