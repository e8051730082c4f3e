// What one session or message said of itself so far, in one bounded buffer that is used again for
// the next session.

#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "devices/observed.hpp"

namespace interdict::logs {

class Said {
 public:
  static constexpr std::size_t kHeaders = 12;
  static constexpr std::size_t kTextLimit = 4096;
  enum class What : std::uint8_t { account, ehlo, imap_id };

  /// The first value of each counts. False: there is no room for it.
  bool set(What what, std::string_view value);
  bool add_header(std::string_view name, std::string_view value);
  [[nodiscard]] std::string_view get(What what) const {
    return view(slots_[static_cast<std::size_t>(what)]);
  }
  [[nodiscard]] bool has(What what) const { return !get(what).empty(); }
  [[nodiscard]] std::size_t headers() const { return header_count_; }
  [[nodiscard]] devices::Field header(std::size_t i) const {
    return {view(headers_[i].name), view(headers_[i].value)};
  }
  /// A header of that name, letter case ignored.
  [[nodiscard]] bool has_header(std::string_view name) const;
  /// Views into this object; `fields` receives the headers.
  devices::Observed observed(std::array<devices::Field, kHeaders>& fields) const;
  /// Forgets everything; keeps its memory unless it is large.
  void clear();

 private:
  struct Slice {
    std::uint32_t at = 0, length = 0;
  };
  struct Header {
    Slice name, value;
  };
  bool keep(std::string_view value, Slice& slice);
  [[nodiscard]] std::string_view view(Slice s) const {
    return std::string_view(text_).substr(s.at, s.length);
  }

  std::string text_;
  std::array<Slice, 3> slots_{};
  std::array<Header, kHeaders> headers_{};
  std::uint32_t header_count_ = 0;
};

/// A session that is open in the log.
struct Session {
  enum class Owner : std::uint8_t { unknown, work, nobody };  // nobody: not ours to look at
  Said said;
  Owner owner = Owner::unknown;
  UtcTime when;  // of the line that named the account
  std::uint32_t file = 0;
  std::uint64_t line = 0;

  void clear() {
    said.clear();
    owner = Owner::unknown;
    when = {};
    file = 0;
    line = 0;
  }
};

}  // namespace interdict::logs
