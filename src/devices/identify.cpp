// Readings become voices, voices become a claim.
//
// Inside a mouth the strongest reading counts; what agrees with it adds a little, what was found
// forged takes off, and the mouth's cap is the end of it, because one text cannot prove itself. The
// mouths then add up level by level: an EHLO of smtpclient.apple adds to "Apple" and leaves "phone
// or computer" to others. Who contradicts the heavier side is a rival: its weight is taken off, and
// if it is of like weight the level is in conflict. Source: facts on device identification, 2.8.

#include <algorithm>

#include <fmt/format.h>

#include "devices/claim.hpp"
#include "devices/signals.hpp"
#include "devices/weights.hpp"

namespace interdict::devices {
namespace {

using Odds = std::array<float, kLevels>;

constexpr std::size_t at(Level l) { return static_cast<std::size_t>(l); }
constexpr std::array<Level, kLevels> kEachLevel{Level::vendor, Level::family, Level::line,
                                                Level::os,     Level::model,  Level::version,
                                                Level::build};
constexpr std::array kNamed{Level::vendor, Level::family, Level::line, Level::os};

bool known(const Position& p, Level l) {
  switch (l) {
    case Level::vendor:
      return p.vendor != Vendor::unknown;
    case Level::family:
      return p.family != Family::unknown;
    case Level::line:
      return p.line != Line::unknown;
    case Level::os:
      return p.os != Os::unknown;
    case Level::model:
      return !p.model.empty();
    case Level::version:
      return p.os_version.known();
    case Level::build:
      return p.build.known();
  }
  return false;
}

void copy(Position& into, const Position& from, Level l) {
  switch (l) {
    case Level::vendor:
      into.vendor = from.vendor;
      break;
    case Level::family:
      into.family = from.family;
      break;
    case Level::line:
      into.line = from.line;
      break;
    case Level::os:
      into.os = from.os;
      break;
    case Level::model:
      into.model = from.model;
      break;
    case Level::version:
      into.os_version = from.os_version;
      break;
    case Level::build:
      into.build = from.build;
      break;
  }
}

/// Both are known there. Versions that only differ in how exact they are agree.
bool same(const Position& a, const Position& b, Level l) {
  switch (l) {
    case Level::vendor:
      return a.vendor == b.vendor;
    case Level::family:
      return a.family == b.family;
    case Level::line:
      return a.line == b.line;
    case Level::os:
      return a.os == b.os;
    case Level::model:
      return a.model == b.model;
    case Level::version: {
      const Version v = a.os_version, w = b.os_version;
      if (v.major != w.major) return false;
      if (v.minor != w.minor)
        return (v.minor == 0 && v.patch == 0) || (w.minor == 0 && w.patch == 0);
      return v.patch == w.patch || v.patch == 0 || w.patch == 0;
    }
    case Level::build:
      return a.build == b.build;
  }
  return false;
}

/// Everything one mouth says, or all of them together.
struct Voice {
  Mouth mouth{};
  Position position;
  Odds odds{};  // against interest
  Odds in{};
  float top = 0;
  std::uint8_t conflicts = 0;
};

/// The name of a contradiction between these two, lower mouth first: "across/content-and-ehlo".
std::string_view across(Mouth a, Mouth b) {
  static const auto names = [] {
    std::array<std::array<std::string, kMouths>, kMouths> all;
    for (std::size_t i = 0; i < kMouths; ++i) {
      for (std::size_t j = 0; j < kMouths; ++j) {
        const auto first = static_cast<Mouth>(std::min(i, j));
        const auto second = static_cast<Mouth>(std::max(i, j));
        all[i][j] = i == j ? fmt::format("{}/disagrees", name_of(first))
                           : fmt::format("across/{}-and-{}", name_of(first), name_of(second));
      }
    }
    return all;
  }();
  return names[static_cast<std::size_t>(a)][static_cast<std::size_t>(b)];
}

void dispute(Voice& winner, Level l, float rival_odds, float rival_in) {
  auto& odds = winner.odds[at(l)];
  if (rival_odds >= odds - weights::kLikeWeight) {
    winner.conflicts = static_cast<std::uint8_t>(winner.conflicts | 1U << at(l));
  }
  // If the winner is of the banned class, the rival serves the speaker, and the other way round.
  odds = std::max(0.0F, odds - rival_in);
  winner.in[at(l)] = std::max(0.0F, winner.in[at(l)] - rival_odds);
}

/// The rival cannot be the same device: every level that rules it out is disputed.
void oppose(Voice& winner, const Voice& rival) {
  const float rival_in = *std::ranges::max_element(rival.in);
  for (const Level l : kNamed) {
    if (!known(winner.position, l)) continue;
    Position one;
    copy(one, winner.position, l);
    if (!compatible(one, rival.position)) dispute(winner, l, rival.top, rival_in);
  }
}

std::string disagreement(std::string_view a, const Position& p, std::string_view b,
                         const Position& q) {
  return fmt::format("{} says {}; {} says {}", a, described(p), b, described(q));
}

/// The same device as far as the names go: levels add up, and model, version and build may differ.
/// `together` is how odds of equal values are joined. True when some level differed.
template <class Join>
bool join(Voice& into, const Voice& other, Join together) {
  bool differs = false;
  for (const Level l : kEachLevel) {
    if (!known(other.position, l)) continue;
    if (!known(into.position, l)) {
      copy(into.position, other.position, l);
      into.odds[at(l)] = other.odds[at(l)];
      into.in[at(l)] = other.in[at(l)];
    } else if (same(into.position, other.position, l)) {
      into.odds[at(l)] = together(into.odds[at(l)], other.odds[at(l)]);
      into.in[at(l)] = together(into.in[at(l)], other.in[at(l)]);
    } else {
      differs = true;
      dispute(into, l, other.odds[at(l)], other.in[at(l)]);
    }
  }
  return differs;
}

Voice voice_of(const Reading& reading, float weight) {
  const auto& share = weights::kShares[static_cast<std::size_t>(reading.mouth)];
  Voice v;
  v.mouth = reading.mouth;
  v.position = reading.position;
  v.top = weight;
  for (const Level l : kEachLevel) {
    if (!known(v.position, l)) continue;
    v.odds[at(l)] = weight;
    v.in[at(l)] = std::min(weight * share.in_share, share.in_cap);
  }
  return v;
}

/// What one mouth says, and its evidence. False: nothing.
bool speak(Mouth mouth, Hearing& heard, Claim& claim, Voice& out) {
  const auto& share = weights::kShares[static_cast<std::size_t>(mouth)];
  const Reading* strongest = nullptr;
  for (const Reading& r : heard.readings()) {
    if (r.mouth == mouth && r.weight > 0 &&
        (strongest == nullptr || r.weight > strongest->weight)) {
      strongest = &r;
    }
  }
  if (strongest == nullptr) return false;
  const auto count = [&](const Reading& r, float weight) {
    claim.evidence.push_back({r.id, mouth, std::string(shortened(r.text, 200)), weight,
                              std::min(weight * share.in_share, share.in_cap)});
  };
  // What was found forged is taken off last, so that no agreement makes up for it.
  const float floor = std::min(weights::kForgedFloor, strongest->weight);
  const float ceiling = std::clamp(share.cap - heard.weakened(mouth), floor, share.cap);
  const float total = std::clamp(
      std::min(strongest->weight + heard.supported(mouth), share.cap) - heard.weakened(mouth),
      floor, ceiling);
  out = voice_of(*strongest, total);
  count(*strongest, total);
  for (const Reading& r : heard.readings()) {
    if (&r == strongest || r.mouth != mouth || r.weight <= 0) continue;
    const Voice other = voice_of(r, std::min(r.weight, ceiling));
    if (!compatible(out.position, r.position)) {
      const auto text = disagreement(r.id, r.position, strongest->id, strongest->position);
      heard.object(across(mouth, mouth), false, text);
      oppose(out, other);
      count(r, r.weight);
      continue;
    }
    const bool differs = join(out, other, [&](float x, float y) {
      return std::min(std::max(x, y) + weights::kAgreement, ceiling);
    });
    if (differs) {
      heard.object(across(mouth, mouth), false,
                   disagreement(r.id, r.position, strongest->id, strongest->position));
    }
    // Names that only both readings together imply.
    out.position = completed(std::move(out.position));
    out.top = *std::ranges::max_element(out.odds);
    count(r, std::min(weights::kAgreement, r.weight));
  }
  for (const Level l : kEachLevel) out.in[at(l)] = std::min(out.in[at(l)], share.in_cap);
  return true;
}

std::string mouth_phrase(Mouth m) {
  switch (m) {
    case Mouth::content:
      return "the message";
    case Mouth::ehlo:
      return "the EHLO";
    case Mouth::imap_id:
      return "the IMAP ID";
    case Mouth::activesync:
      return "ActiveSync";
    case Mouth::user_agent:
      return "the user agent";
    case Mouth::certificate:
      return "the certificate";
    case Mouth::inventory:
      return "the inventory";
    case Mouth::examination:
      return "the examination";
  }
  return {};
}

/// Levels that follow from others are as sure as the least sure of those.
void complete(Voice& v) {
  Position before = v.position;
  v.position = completed(std::move(v.position));
  float odds = 0, in = 0;
  for (const Level l : kNamed) {
    if (!known(before, l)) continue;
    odds = odds == 0 ? v.odds[at(l)] : std::min(odds, v.odds[at(l)]);
    in = in == 0 ? v.in[at(l)] : std::min(in, v.in[at(l)]);
  }
  for (const Level l : kNamed) {
    if (known(before, l) || !known(v.position, l)) continue;
    v.odds[at(l)] = odds;
    v.in[at(l)] = in;
  }
}

/// Stable, for the handful of things there are; std::stable_sort would ask for memory.
template <class T, class Heavier>
void sort_few(std::span<T> items, Heavier heavier) {
  for (std::size_t i = 1; i < items.size(); ++i) {
    for (std::size_t j = i; j > 0 && heavier(items[j], items[j - 1]); --j) {
      std::swap(items[j], items[j - 1]);
    }
  }
}

void add_up(std::span<Voice> voices, Hearing& heard, Claim& claim) {
  sort_few(voices, [](const Voice& a, const Voice& b) { return a.top > b.top; });
  Voice& sum = voices.front();
  const Mouth first = sum.mouth;
  claim.session_level = first != Mouth::content;
  for (const Voice& v : voices.subspan(1)) {
    if (!compatible(sum.position, v.position)) {
      heard.object(
          across(first, v.mouth), false,
          disagreement(mouth_phrase(first), sum.position, mouth_phrase(v.mouth), v.position));
      oppose(sum, v);
      continue;
    }
    claim.session_level |= v.mouth != Mouth::content;
    const Position before = sum.position;
    if (join(sum, v, [](float a, float b) { return a + b; })) {
      heard.object(across(first, v.mouth), false,
                   disagreement(mouth_phrase(first), before, mouth_phrase(v.mouth), v.position));
    }
    sum.conflicts = static_cast<std::uint8_t>(sum.conflicts | v.conflicts);
    complete(sum);
  }
  complete(sum);
  claim.position = std::move(sum.position);
  claim.against_interest = sum.odds;
  claim.in_interest = sum.in;
  claim.conflicts = sum.conflicts;
}

}  // namespace

Claim identify(const Observed& seen) {
  Hearing heard;
  hear_content(seen, heard);
  hear_ehlo(seen, heard);
  hear_imap_id(seen, heard);
  hear_activesync(seen, heard);
  hear_user_agent(seen, heard);
  hear_certificate(seen, heard);
  hear_inventory(seen, heard);
  hear_examination(seen, heard);

  Claim claim;
  claim.evidence.reserve(heard.readings().size());
  claim.managed = seen.inventory.has_value();
  claim.compromised = seen.examined && seen.examined->compromised;
  std::vector<Voice> voices;
  voices.reserve(4);
  for (std::size_t m = 0; m < kMouths; ++m) {
    voices.emplace_back();
    if (!speak(static_cast<Mouth>(m), heard, claim, voices.back())) voices.pop_back();
  }
  if (!voices.empty()) add_up(voices, heard, claim);
  sort_few(std::span(claim.evidence), [](const Evidence& a, const Evidence& b) {
    return a.against_interest > b.against_interest;
  });
  claim.contradictions = std::move(heard.contradictions);
  claim.forged = std::ranges::any_of(claim.contradictions, &Contradiction::forged);
  return claim;
}

}  // namespace interdict::devices
