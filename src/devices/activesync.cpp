#include "devices/activesync.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "base/text.hpp"

namespace interdict::devices {
namespace {

constexpr std::size_t kMaxField = 255;  // what a blob's length byte can say
constexpr std::size_t kMaxPieces = 64;  // parameters of either form

struct Command {
  std::uint8_t code;
  std::string_view name;
};
constexpr std::array kCommands{Command{0, "Sync"},
                               Command{1, "SendMail"},
                               Command{2, "SmartForward"},
                               Command{3, "SmartReply"},
                               Command{4, "GetAttachment"},
                               Command{9, "FolderSync"},
                               Command{10, "FolderCreate"},
                               Command{11, "FolderDelete"},
                               Command{12, "FolderUpdate"},
                               Command{13, "MoveItems"},
                               Command{14, "GetItemEstimate"},
                               Command{15, "MeetingResponse"},
                               Command{16, "Search"},
                               Command{17, "Settings"},
                               Command{18, "Ping"},
                               Command{19, "ItemOperations"},
                               Command{20, "Provision"},
                               Command{21, "ResolveRecipients"},
                               Command{22, "ValidateCert"},
                               Command{23, "Find"}};
constexpr std::uint8_t kUserTag = 8;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = ascii_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string decoded(std::string_view text, bool plus_is_blank) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
        hex_value(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      out += plus_is_blank && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

/// Takes what a length byte announces off the front of `bytes`.
Result<std::string> take_counted(ByteView& bytes) {
  if (bytes.empty()) return Error{Errc::truncated, "the blob ends before a length"};
  const auto length = std::to_integer<std::size_t>(bytes[0]);
  if (length > bytes.size() - 1) return Error{Errc::truncated, "the blob ends inside a field"};
  std::string value(text_of(bytes.subspan(1, length)));
  bytes = bytes.subspan(1 + length);
  return value;
}

Result<SyncQuery> read_blob(ByteView bytes) {
  constexpr std::size_t kFixed = 4;  // version, command, locale in two bytes
  if (bytes.size() < kFixed) return Error{Errc::truncated, "the blob ends before its first field"};
  SyncQuery out;
  out.blob = true;
  out.protocol = std::to_integer<std::uint8_t>(bytes[0]);
  if (out.protocol < 120 || out.protocol > 199) {
    return Error{Errc::malformed, "the blob is of no protocol version that there is"};
  }
  const auto code = std::to_integer<std::uint8_t>(bytes[1]);
  const auto* command = std::ranges::find(kCommands, code, &Command::code);
  out.command =
      command != kCommands.end() ? std::string(command->name) : fmt::format("command {}", code);
  bytes = bytes.subspan(kFixed);
  out.device_id = TRY(take_counted(bytes));
  const auto policy_key = TRY(take_counted(bytes));
  if (!policy_key.empty() && policy_key.size() != 4) {
    return Error{Errc::malformed, "a policy key that is not of four bytes"};
  }
  out.device_type = TRY(take_counted(bytes));
  for (std::size_t n = 0; !bytes.empty(); ++n) {
    if (n == kMaxPieces) return Error{Errc::limit, "too many parameters"};
    const auto tag = std::to_integer<std::uint8_t>(bytes[0]);
    bytes = bytes.subspan(1);
    auto value = TRY(take_counted(bytes));
    if (tag == kUserTag) out.user = std::move(value);
  }
  return out;
}

/// Sets `into`, or notes that it was there before with another value.
void set_once(std::string& into, std::string value, bool& twice) {
  if (into.empty()) {
    into = std::move(value);
  } else if (into != value) {
    twice = true;
  }
}

Result<SyncQuery> read_plain(std::string_view query) {
  SyncQuery out;
  bool ignored = false;
  for (std::size_t n = 0; !query.empty(); ++n) {
    if (n == kMaxPieces) return Error{Errc::limit, "too many parameters"};
    const auto end = std::min(query.find('&'), query.size());
    const auto piece = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const auto equals = piece.find('=');
    if (equals == piece.npos) continue;
    const auto name = piece.substr(0, equals);
    auto value = decoded(piece.substr(equals + 1), true);
    if (value.size() > kMaxField) return Error{Errc::limit, "a parameter longer than 255 bytes"};
    if (equal_ignoring_case(name, "DeviceId")) {
      set_once(out.device_id, std::move(value), out.named_twice);
    } else if (equal_ignoring_case(name, "DeviceType")) {
      set_once(out.device_type, std::move(value), out.named_twice);
    } else if (equal_ignoring_case(name, "User")) {
      set_once(out.user, std::move(value), ignored);
    } else if (equal_ignoring_case(name, "Cmd")) {
      set_once(out.command, std::move(value), ignored);
    }
  }
  if (out.device_id.empty() && out.device_type.empty() && out.command.empty()) {
    return Error{Errc::malformed, "no parameter of an ActiveSync request"};
  }
  return out;
}

bool base64_text(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
  });
}

}  // namespace

std::string percent_decoded(std::string_view text) { return decoded(text, true); }

Result<SyncQuery> read_sync_query(std::string_view query) {
  if (query.size() > kMaxSyncQuery) return Error{Errc::limit, "a query longer than 8 KiB"};
  if (query.empty()) return Error{Errc::truncated, "an empty query"};
  // A blob is one word of base64, its '=' at the end alone; proxies may have escaped those.
  std::string blob = decoded(query, false);
  while (blob.ends_with('=')) blob.pop_back();
  if (!base64_text(blob)) return read_plain(query);
  blob.append((4 - blob.size() % 4) % 4, '=');
  const auto bytes = from_base64(blob);
  if (!bytes) return Error{Errc::malformed, "neither parameters nor base64"};
  return read_blob(*bytes);
}

}  // namespace interdict::devices
