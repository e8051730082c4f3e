#include "devices/imap_id.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"

namespace interdict::devices {

/// One pass over the text, no look-back.
struct ImapIdReader {
  std::string_view text;
  ImapId id;
  std::size_t used = 0;  // bytes of id.unescaped_

  void skip_blanks() {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t' || text.front() == '\r' ||
                             text.front() == '\n')) {
      text.remove_prefix(1);
    }
  }

  /// The text of a quoted string; the opening quote is gone.
  Result<std::string_view> quoted(std::size_t room) {
    std::size_t i = 0;
    while (i < text.size() && text[i] != '"' && text[i] != '\\') ++i;
    if (i < text.size() && text[i] == '"') {
      const auto plain = text.substr(0, i);
      text.remove_prefix(i + 1);
      return plain;
    }
    if (!id.unescaped_) id.unescaped_ = std::make_unique<char[]>(room);
    char* const begin = id.unescaped_.get() + used;
    for (i = 0; i < text.size(); ++i) {
      if (text[i] == '"') {
        const std::string_view plain(begin,
                                     static_cast<std::size_t>(id.unescaped_.get() + used - begin));
        text.remove_prefix(i + 1);
        return plain;
      }
      if (text[i] == '\\') ++i;  // the next one, whatever it is
      if (i == text.size()) break;
      id.unescaped_[used++] = text[i];
    }
    return Error{Errc::truncated, "a quoted string does not end"};
  }

  /// The text of a literal; the opening brace is gone.
  Result<std::string_view> literal() {
    std::size_t length = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), length);
    if (read.ec != std::errc() || read.ptr == text.data()) {
      return Error{Errc::malformed, "a literal without a length"};
    }
    text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
    if (text.starts_with('+')) text.remove_prefix(1);  // RFC 7888
    if (!text.starts_with("}\r\n") && !text.starts_with("}\n")) {
      return Error{Errc::malformed, "a literal without a line end"};
    }
    text.remove_prefix(text[1] == '\r' ? 3 : 2);
    if (length > text.size()) return Error{Errc::truncated, "a literal is cut short"};
    const auto value = text.substr(0, length);
    text.remove_prefix(length);
    return value;
  }

  Result<ImapId::Pair> next(std::size_t room) {
    ImapId::Pair out;  // the text in `value`
    if (text.front() == '"') {
      text.remove_prefix(1);
      out.value = TRY(quoted(room));
    } else if (text.front() == '{') {
      text.remove_prefix(1);
      out.value = TRY(literal());
    } else {
      const auto end = std::min(text.find_first_of(" \t\r\n()\"{"), text.size());
      if (end == 0) return Error{Errc::malformed, "neither a string nor NIL"};
      out.value = text.substr(0, end);
      text.remove_prefix(end);
      if (equal_ignoring_case(out.value, "NIL")) out = {{}, {}, true};
    }
    return out;
  }

  Status add(const ImapId::Pair& pair) {
    if (id.size_ == ImapId::kMaxPairs) return Error{Errc::limit, "more than 30 pairs"};
    if (pair.key.size() > ImapId::kMaxKey) return Error{Errc::limit, "a key longer than 30 bytes"};
    if (pair.value.size() > ImapId::kMaxValue) {
      return Error{Errc::limit, "a value longer than 1024 bytes"};
    }
    id.pairs_[id.size_++] = pair;
    return ok();
  }

  Status wire() {
    const std::size_t room = text.size();
    const bool open = text.starts_with('(');
    if (open) text.remove_prefix(1);
    for (;;) {
      skip_blanks();
      if (text.empty()) {
        if (open) return Error{Errc::truncated, "the list does not end"};
        return ok();
      }
      if (text.front() == ')' && open) {
        text.remove_prefix(1);
        skip_blanks();
        if (!text.empty()) return Error{Errc::malformed, "something follows the list"};
        return ok();
      }
      const auto key = TRY(next(room));
      skip_blanks();
      if (!open && key.nil && id.size_ == 0 && text.empty()) return ok();
      if (key.nil) return Error{Errc::malformed, "NIL is no key"};
      if (text.empty() || text.front() == ')') {
        return Error{Errc::malformed, "a key without its value"};
      }
      auto value = TRY(next(room));
      value.key = key.value;
      TRY(add(value));
    }
  }

  static bool key_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  }
  /// The length of "key=" at the front of `rest`; 0: there is none.
  static std::size_t log_key(std::string_view rest) {
    std::size_t n = 0;
    while (n < rest.size() && n <= ImapId::kMaxKey && key_character(rest[n])) ++n;
    return n > 0 && n < rest.size() && rest[n] == '=' ? n + 1 : 0;
  }

  /// Values may hold ", " themselves: a pair ends where a comma and a key follow.
  Status log() {
    while (!text.empty()) {
      const auto key = log_key(text);
      if (key == 0) return Error{Errc::malformed, "not a list of key=value"};
      auto end = text.find(", ", key);
      while (end != text.npos && log_key(text.substr(end + 2)) == 0) end = text.find(", ", end + 2);
      const auto stop = std::min(end, text.size());
      TRY(add({text.substr(0, key - 1), text.substr(key, stop - key), false}));
      text.remove_prefix(std::min(stop + 2, text.size()));
    }
    return ok();
  }
};

Result<ImapId> ImapId::parse(std::string_view text) {
  text = trimmed(text);
  if (text.empty()) return Error{Errc::truncated, "an empty list"};
  if (text.size() > kMaxText) return Error{Errc::limit, "a list longer than 64 KiB"};
  ImapIdReader reader{text, {}, 0};
  if (ImapIdReader::log_key(text) != 0) {
    TRY(reader.log());
  } else {
    TRY(reader.wire());
  }
  return std::move(reader.id);
}

std::string_view ImapId::value(std::string_view key) const {
  for (const Pair& pair : pairs()) {
    if (equal_ignoring_case(pair.key, key)) return pair.value;
  }
  return {};
}

}  // namespace interdict::devices
