#include "ledger/aggregator.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <random>

#include "ledger/hash.hpp"

namespace interdict::ledger {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;
constexpr char kSightingKey = 1, kDecisionKey = 2;
constexpr std::int64_t kMicrosAnHour = 3'600'000'000;
constexpr std::string_view kOtherAction = "other";

/// Writes a key into memory of the caller. The sizes were checked before: it cannot overflow.
class KeyWriter {
 public:
  template <class T>
  void number(T value) {
    std::memcpy(buffer_.data() + size_, &value, sizeof value);
    size_ += sizeof value;
  }
  void text(std::string_view text) {
    std::copy(text.begin(), text.end(), buffer_.data() + size_);
    size_ += text.size();
  }
  [[nodiscard]] std::string_view key() const { return {buffer_.data(), size_}; }

 private:
  std::array<char, 64 + 2 * kMaxId + 2 * kMaxWord + kMaxDigest> buffer_;
  std::size_t size_ = 0;
};

class KeyReader {
 public:
  explicit KeyReader(std::string_view key) : left_(key) {}
  template <class T>
  T number() {
    std::array<char, sizeof(T)> bytes{};
    std::copy_n(left_.begin(), sizeof(T), bytes.begin());
    left_.remove_prefix(sizeof(T));
    return std::bit_cast<T>(bytes);
  }
  std::string_view text(std::size_t size) {
    const std::string_view text = left_.substr(0, size);
    left_.remove_prefix(size);
    return text;
  }
  std::string_view rest() { return left_; }

 private:
  std::string_view left_;
};

void write_sighting(KeyWriter& out, const Sighting& s, bool detail) {
  const devices::Position& p = s.position;
  const std::string_view model =
      detail ? std::string_view(p.model).substr(0, kMaxModel) : std::string_view();
  out.number(kSightingKey);
  out.number(s.channel);
  out.number(p.vendor);
  out.number(p.family);
  out.number(p.line);
  out.number(p.os);
  const devices::Version version = detail ? p.os_version : devices::Version{};
  out.number(version.major);
  out.number(version.minor);
  out.number(version.patch);
  const devices::Build build = detail ? p.build : devices::Build{};
  out.number(build.major);
  out.number(build.letter);
  out.number(build.number);
  out.number(build.suffix);
  out.number(static_cast<std::uint8_t>(model.size()));
  out.text(model);
  out.text(s.person);
}

bool has_detail(const devices::Position& p) {
  return !p.model.empty() || p.os_version.known() || p.build.known();
}

/// The months of a database end with the year 9999.
bool storable(UtcTime at) { return at.micros >= 0 && at.micros < 253'402'300'800'000'000; }

std::int64_t bucket_start(UtcTime at, int hours) {
  const std::int64_t length = hours * kMicrosAnHour;
  return at.micros - at.micros % length;
}

void count_into(Window::Entry& entry, UtcTime at, std::uint8_t grade) {
  if (entry.count == 0) {
    entry.first = entry.last = at;
    entry.grade = grade;
  } else if (at >= entry.last) {
    entry.last = at;
    entry.grade = grade;
  } else {
    entry.first = std::min(entry.first, at);
  }
  ++entry.count;
}

}  // namespace

Aggregator::Aggregator(const Limits& limits)
    : bucket_hours_(limits.bucket_hours == 1 ? 1 : 24),
      a_(limits.keys, limits.bytes),
      b_(limits.keys, limits.bytes),
      active_(&a_),
      full_(&b_) {
  std::random_device random;
  seed_ = std::uint64_t{random()} << 32 | random();
}

std::uint64_t Aggregator::hash_of(std::string_view key) const {
  return XXH3_64bits_withSeed(key.data(), key.size(), seed_);
}

Window::Entry* Aggregator::entry_of(std::string_view key) {
  const std::uint64_t hash = hash_of(key);
  Window::Entry* entry = active_->window.find(key, hash);
  return entry != nullptr ? entry : active_->window.add(key, hash);
}

bool Aggregator::record(const Sighting& s) noexcept {
  if (s.person.empty() || s.person.size() > kMaxId || !storable(s.at)) {
    refused_.fetch_add(1, kRelaxed);
    return false;
  }
  KeyWriter full;
  write_sighting(full, s, true);
  const std::uint64_t hash = hash_of(full.key());
  const auto grade = static_cast<std::uint8_t>(s.grade);
  sightings_.fetch_add(1, kRelaxed);
  const std::lock_guard lock(mutex_);
  Window& window = active_->window;
  Window::Entry* entry = window.find(full.key(), hash);
  if (entry == nullptr && !window.nearly_full()) entry = window.add(full.key(), hash);
  if (entry != nullptr) {
    count_into(*entry, s.at, grade);
    return press();
  }

  KeyWriter coarse;
  write_sighting(coarse, s, false);
  entry = entry_of(coarse.key());
  if (entry == nullptr) {
    ++active_->shed.sightings[static_cast<std::size_t>(s.channel)];
    active_->shed.note(s.at);
    shed_whole_.fetch_add(1, kRelaxed);
    return press();
  }
  count_into(*entry, s.at, grade);
  if (has_detail(s.position)) {
    ++entry->shed;
    shed_detail_.fetch_add(1, kRelaxed);
  }
  return press();
}

bool Aggregator::record(const DecisionTaken& d) noexcept {
  if (d.person.empty() || d.person.size() > kMaxId || d.rule.size() > kMaxId ||
      d.policy.size() > kMaxDigest || d.action.size() > kMaxWord || d.stage.size() > kMaxWord ||
      !storable(d.at)) {
    refused_.fetch_add(1, kRelaxed);
    return false;
  }
  KeyWriter out;
  out.number(kDecisionKey);
  out.number(d.channel);
  out.number(static_cast<std::uint8_t>(d.action.size()));
  out.number(static_cast<std::uint8_t>(d.stage.size()));
  out.number(static_cast<std::uint8_t>(d.rule.size()));
  out.number(static_cast<std::uint8_t>(d.policy.size()));
  out.number(bucket_start(d.at, bucket_hours_));
  out.text(d.action);
  out.text(d.stage);
  out.text(d.rule);
  out.text(d.policy);
  out.text(d.person);
  decisions_.fetch_add(1, kRelaxed);
  const std::lock_guard lock(mutex_);
  Window::Entry* entry = entry_of(out.key());
  if (entry != nullptr) {
    count_into(*entry, d.at, 0);
  } else {
    shed_whole(d);
  }
  return press();
}

bool Aggregator::press() {
  if (active_->pressed || !active_->window.nearly_full()) return false;
  active_->pressed = true;
  return true;
}

void Aggregator::shed_whole(const DecisionTaken& d) {
  Shed& shed = active_->shed;
  shed.note(d.at);
  shed_whole_.fetch_add(1, kRelaxed);
  const auto same = [&](const ShedDecision& place) {
    return place.channel == d.channel && place.word() == d.action;
  };
  const auto end = shed.decisions.begin() + static_cast<std::ptrdiff_t>(shed.used);
  auto place = std::find_if(shed.decisions.begin(), end, same);
  if (place == end) {
    const bool last = shed.used + 1 >= Shed::kPlaces;
    if (last) place = shed.decisions.end() - 1;
    if (place->count == 0) {
      const std::string_view word = last ? kOtherAction : d.action;
      std::copy(word.begin(), word.end(), place->action.begin());
      place->action_size = static_cast<std::uint8_t>(word.size());
      place->channel = d.channel;
      ++shed.used;
    }
  }
  ++place->count;
}

Aggregator::Counts Aggregator::counts() const {
  return {.sightings = sightings_.load(kRelaxed),
          .decisions = decisions_.load(kRelaxed),
          .refused = refused_.load(kRelaxed),
          .shed_detail = shed_detail_.load(kRelaxed),
          .shed_whole = shed_whole_.load(kRelaxed)};
}

std::size_t Aggregator::memory() const {
  return a_.window.memory() + b_.window.memory() + sizeof *this;
}

bool Aggregator::exchange() {
  if (has_full_) return false;
  const std::lock_guard lock(mutex_);
  if (active_->empty()) return false;
  std::swap(active_, full_);
  has_full_ = true;
  return true;
}

void Aggregator::stored() {
  full_->window.clear();
  full_->shed = {};
  full_->pressed = false;
  has_full_ = false;
}

bool Aggregator::is_sighting(std::string_view key) { return key.front() == kSightingKey; }

std::string_view Aggregator::person_of(std::string_view key) {
  return is_sighting(key) ? sighting_of(key).person : decision_of(key).person;
}

Aggregator::SightingKey Aggregator::sighting_of(std::string_view key) {
  KeyReader in(key);
  SightingKey out;
  in.number<char>();
  out.channel = in.number<devices::Channel>();
  out.position.vendor = in.number<devices::Vendor>();
  out.position.family = in.number<devices::Family>();
  out.position.line = in.number<devices::Line>();
  out.position.os = in.number<devices::Os>();
  out.position.os_version.major = in.number<std::uint16_t>();
  out.position.os_version.minor = in.number<std::uint16_t>();
  out.position.os_version.patch = in.number<std::uint16_t>();
  out.position.build.major = in.number<std::uint8_t>();
  out.position.build.letter = in.number<char>();
  out.position.build.number = in.number<std::uint16_t>();
  out.position.build.suffix = in.number<char>();
  out.position.model = in.text(in.number<std::uint8_t>());
  out.person = in.rest();
  return out;
}

Aggregator::DecisionKey Aggregator::decision_of(std::string_view key) {
  KeyReader in(key);
  DecisionKey out;
  in.number<char>();
  out.channel = in.number<devices::Channel>();
  const auto action = in.number<std::uint8_t>();
  const auto stage = in.number<std::uint8_t>();
  const auto rule = in.number<std::uint8_t>();
  const auto policy = in.number<std::uint8_t>();
  out.bucket = {in.number<std::int64_t>()};
  out.action = in.text(action);
  out.stage = in.text(stage);
  out.rule = in.text(rule);
  out.policy = in.text(policy);
  out.person = in.rest();
  return out;
}

}  // namespace interdict::ledger
