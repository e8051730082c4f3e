// A claim: which device this is, how sure, who says so, and what contradicts it.
//
// Weights are log10 odds: +1 is ten to one for, -1 ten to one against. They are engineering
// estimates (data in weights.hpp), not measured probabilities, so people are shown a grade.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "devices/lattice.hpp"
#include "devices/observed.hpp"

namespace interdict::devices {

enum class Grade : std::uint8_t { none, weak, likely, strong, certain };
std::string_view name_of(Grade g);
/// none below 0.3, weak below 1, likely below 2, strong below 3.5, then certain.
Grade grade_of(float log10_odds);

/// One thing somebody said. `id` names the row of the table of signals ("content/x-mailer-iphone").
struct Evidence {
  std::string_view id;
  Mouth mouth{};
  std::string text;  // what was seen, cut at 200 bytes; made printable only when it is shown
  /// As counted, after the cap of its mouth: where saying so harms the speaker (an allowed phone is
  /// not faked into a banned one), and where it serves the speaker.
  float against_interest = 0;
  float in_interest = 0;
};

/// Something that does not fit together. A benign one is listed and changes nothing.
struct Contradiction {
  std::string_view id;  // "content/message-id-spelling", "across/ehlo-and-content"
  bool benign = false;
  bool forged = false;  // speaks for an invented claim
  std::string text;     // one plain sentence
};

struct Claim {
  Position position;
  /// How sure each level is: log10 odds for the value in `position`; 0 where it is not known.
  /// Nobody fakes a banned phone, many would fake an allowed one: whoever asks "is it of the banned
  /// class" reads `against_interest` for a yes and `in_interest` for a no.
  std::array<float, kLevels> against_interest{};
  std::array<float, kLevels> in_interest{};
  /// Levels on which mouths of like weight disagree, one bit each (1 << level): the position holds
  /// the heavier reading.
  std::uint8_t conflicts = 0;
  bool compromised = false;  // an examination said so
  bool managed = false;      // the organisation's inventory knows this device
  bool forged = false;       // a contradiction that speaks for forging was found
  /// Something other than the content of a message speaks for the position: EHLO, IMAP ID,
  /// ActiveSync, user agent, certificate, inventory, examination.
  bool session_level = false;
  std::vector<Evidence> evidence;  // heaviest first
  std::vector<Contradiction> contradictions;

  [[nodiscard]] bool nothing_seen() const { return evidence.empty(); }
};

/// What a claim says of a class that a rule is hard on.
enum class Membership : std::uint8_t { no, unknown, conflict, yes };
struct Belonging {
  Membership membership = Membership::unknown;
  float odds = 0;  // of the least sure level that decides; 0 when unknown
};
/// yes is sure by `against_interest`, no by `in_interest` (of the surest excluding level); both
/// need the deciding levels free of conflict; `conflict` when one of them is not.
Belonging belonging(const DeviceClass& c, const Claim& claim);

/// "an iPhone 14 Pro (iPhone15,2), iOS 16.5 (20F66)", "a Mac", "an Apple device, phone or computer";
/// for people, but with hostile text of models in it: show it through printable().
std::string described(const Position& p);

/// The claim made by what was seen. Pure: the same observation gives the same claim. Never fails;
/// what cannot be read is ignored or, where that is telling, a contradiction.
Claim identify(const Observed& seen);

}  // namespace interdict::devices
