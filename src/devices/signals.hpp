// Signals: what the mouths are known to say, as rows of tables, and what was heard of them.
//
// One file a mouth (signals_content.cpp, signals_ehlo.cpp, …) holds the rows and reads the text
// they stand in. A new mail client is one row with its sample; the tests run every row on its
// sample. Internal to the room: others include claim.hpp.

#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "devices/claim.hpp"

namespace interdict::devices {

/// The text that a row is compared with.
enum class Place : std::uint8_t {
  mailer,        // X-Mailer, or User-Agent of a message
  mime_version,  // of the message
  message_id,
  boundary,
  field,     // the name of a field that only one client writes
  received,  // the first server's Received
  ehlo,
  id_name,  // values of an IMAP ID
  id_os,
  sync_type,
  sync_device_id,
  sync_agent,
  sync_model,
  sync_os,
  agent,        // a user agent, anywhere in it
  agent_token,  // a user agent: the first token of its first comment
  subject,      // a word of a certificate's subject
};

/// What else the text tells, once the row has matched.
enum class Detail : std::uint8_t {
  nothing,
  build_in_parentheses,  // iPhone Mail (20F66)
  version_and_build,     // iOS/16.5.1 (20F75), 18.2.1 (22C161), iOS 11.2.6 15D100
  apple_browser,         // CPU iPhone OS 17_3 like, iOS 12.2, iPhone12,1
  android,               // Android 10; SM-A515F Build/
  sync_agent,            // Apple-iPhone15C2/2006.66
  sync_model,            // iPhone8C4
  android_model,         // SM-A515F, HUAWEI GRA-L09
};

struct Says {
  Vendor vendor = Vendor::unknown;
  Family family = Family::unknown;
  Line line = Line::unknown;
  Os os = Os::unknown;
};

/// A row. The text must start with `starts` and hold `holds`; both as spelled, empty: anything. In
/// a table the first row that fits a place speaks, so decoys and special cases stand first.
// The order is that in which a row is read by people; there are two hundred of them.
// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding)
struct Signal {
  std::string_view id;
  Place place{};
  std::string_view starts, holds;
  Says says;
  float weight = 0;  // 0 and Says{}: known, and known to say nothing
  Detail detail = Detail::nothing;
  std::string_view sample;
};

/// The first row of `table` for `place` that fits; null: none.
const Signal* find_signal(std::span<const Signal> table, Place place, std::string_view text);

/// The part of a table in which a place's rows stand, found once instead of at every look.
class ByPlace {
 public:
  explicit ByPlace(std::span<const Signal> table);
  [[nodiscard]] std::span<const Signal> operator[](Place place) const {
    return parts_[static_cast<std::size_t>(place)];
  }

 private:
  std::array<std::span<const Signal>, 17> parts_;
};

/// Position{} with what the row and the text say.
Position read_position(const Signal& signal, std::string_view text);

struct Reading {
  std::string_view id;
  Mouth mouth{};
  std::string_view text;
  Position position;
  float weight = 0;
};

/// Everything that was heard of one observation.
class Hearing {
 public:
  static constexpr std::size_t kMost = 20;  // of all mouths; more than one observation can give

  Hearing() { readings_.reserve(8); }
  void add(std::string_view id, Mouth mouth, std::string_view text, Position position,
           float weight);
  void add(const Signal& signal, Mouth mouth, std::string_view text);
  /// A check of that mouth's form that held, or did not.
  void support(Mouth mouth, float by) { support_[index(mouth)] += by; }
  void weaken(Mouth mouth, float by) { weakened_[index(mouth)] += by; }
  void note(std::string_view id, std::string text) {
    contradictions.push_back({id, true, false, std::move(text)});
  }
  void object(std::string_view id, bool forged, std::string text) {
    contradictions.push_back({id, false, forged, std::move(text)});
  }

  [[nodiscard]] std::span<Reading> readings() { return readings_; }
  [[nodiscard]] std::span<const Reading> readings() const { return readings_; }
  [[nodiscard]] float supported(Mouth mouth) const { return support_[index(mouth)]; }
  [[nodiscard]] float weakened(Mouth mouth) const { return weakened_[index(mouth)]; }
  /// Whether any reading of that id was heard.
  [[nodiscard]] bool heard(std::string_view id) const;

  std::vector<Contradiction> contradictions;
  bool through_web = false;  // the message came by a web server: its EHLO is not the device's

 private:
  static std::size_t index(Mouth mouth) { return static_cast<std::size_t>(mouth); }
  std::vector<Reading> readings_;
  std::array<float, kMouths> support_{}, weakened_{};
};

/// text cut to what a sentence can bear; never in the middle of a UTF-8 character.
std::string_view shortened(std::string_view text, std::size_t bytes = 80);

void hear_content(const Observed& seen, Hearing& heard);
void hear_ehlo(const Observed& seen, Hearing& heard);
void hear_imap_id(const Observed& seen, Hearing& heard);
void hear_activesync(const Observed& seen, Hearing& heard);
void hear_user_agent(const Observed& seen, Hearing& heard);
void hear_certificate(const Observed& seen, Hearing& heard);
void hear_inventory(const Observed& seen, Hearing& heard);
void hear_examination(const Observed& seen, Hearing& heard);

// The tables, for the tests.
std::span<const Signal> content_signals();
std::span<const Signal> ehlo_signals();
std::span<const Signal> imap_id_signals();
std::span<const Signal> activesync_signals();
std::span<const Signal> user_agent_signals();
std::span<const Signal> certificate_signals();

/// Vendor of an Android model ("SM-A515F", "Pixel 7"), by the prefixes vendors use.
Vendor vendor_of_model(std::string_view model);

}  // namespace interdict::devices
