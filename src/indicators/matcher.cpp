// A row is looked at twice, at most. The first time its values are only hashed: the filter's words
// are fetched ahead and asked together at the end, so that a million indicators cost little more
// than ten. Nearly all rows end there. In the others a listed hash was met, and the second time
// each value is compared.

#include <algorithm>
#include <array>
#include <cstring>

#include <re2/re2.h>
#include <tsl/robin_map.h>
#include <tsl/robin_set.h>

#include "base/text.hpp"
#include "indicators/indicators.hpp"
#include "indicators/key.hpp"
#include "indicators/observe.hpp"
#include "indicators/set_data.hpp"

namespace interdict::indicators {
namespace matching {
namespace {

/// iOS has no path of more than 1,024 bytes.
constexpr std::size_t kMaxPath = 4096;

url::Address address_of(std::string_view bytes) {
  url::Address address;
  std::copy(bytes.begin(), bytes.end(), address.bytes.begin());
  return address;
}

bool ends_at_boundary(std::string_view whole, std::string_view end, char boundary) {
  return whole.ends_with(end) &&
         (whole.size() == end.size() || whole[whole.size() - end.size() - 1] == boundary);
}

/// "https://a/b" without its scheme, for indicators that have none; empty for other schemes.
std::string_view without_scheme(std::string_view url_key) {
  for (const std::string_view scheme : {"http:", "https:"}) {
    if (url_key.starts_with(scheme)) return url_key.substr(scheme.size());
  }
  return {};
}

bool regex_fits(const Literal& literal, std::string_view key, std::string_view written) {
  const auto fits = [&](std::string_view text) {
    return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *literal.regex);
  };
  switch (literal.key.type) {
    case Type::ip:
      return fits(url::to_text(address_of(key)));
    case Type::url:
      return fits(key) || fits(written);
    case Type::file_path:
      // Authors write /var, the phone says /private/var.
      for (const std::string_view alias : {"/private/var/", "/private/tmp/", "/private/etc/"}) {
        if (key.starts_with(alias) && fits(key.substr(std::strlen("/private")))) return true;
      }
      return fits(key);
    default:
      return fits(key);
  }
}

/// Whether what was seen is what the literal names; what the store answers by look-ups.
bool fits(const Literal& literal, std::string_view key, std::string_view written) {
  if (literal.regex) return regex_fits(literal, key, written);
  const std::string_view wanted = literal.key.text;
  switch (literal.key.type) {
    case Type::domain:
      return key == wanted ||
             (wanted.find('.') != wanted.npos && ends_at_boundary(key, wanted, '.'));
    case Type::ip: {
      std::string block;
      append_ip_key(block, address_of(key), static_cast<unsigned char>(wanted.back()));
      return block == wanted;
    }
    case Type::url:
      return key == wanted || without_scheme(key) == wanted;
    case Type::process:
      return key == wanted || (key.size() == kCutProcessName && wanted.starts_with(key));
    case Type::file_path:
      return (key.starts_with(wanted) &&
              (key.size() == wanted.size() || key[wanted.size()] == '/')) ||
             (literal.key.relative && ends_at_boundary(key, wanted.substr(1), '/'));
    default:
      return key == wanted;
  }
}

/// Whether a cell shows something of the literal's type, and whether that fits.
class LiteralSink final : public Sink {
 public:
  explicit LiteralSink(const Literal& literal) : literal_(literal) {}
  void see(Type type, std::string_view key, std::string_view written) override {
    if (type != literal_.key.type) return;
    seen_ = true;
    fits_ = fits_ || fits(literal_, key, written);
  }
  [[nodiscard]] bool holds() const { return literal_.negated ? seen_ && !fits_ : fits_; }

 private:
  const Literal& literal_;
  bool seen_ = false;
  bool fits_ = false;
};

}  // namespace
}  // namespace matching

class Matcher::State final : Sink {
 public:
  struct Plan {
    std::size_t column;
    artefacts::ColumnKind kind;
    Types types;
  };

  State(const Store& s, const artefacts::Table& table);
  void match_row(std::span<const artefacts::Value> values,
                 const std::function<void(const Hit&)>& callback);

 private:
  void see(Type type, std::string_view key, std::string_view written) override;
  void see_host(std::string_view key, std::string_view written);
  void see_address(std::string_view bytes, std::string_view written);
  void see_path(std::string_view key, std::string_view written);
  void see_process(std::string_view key, std::string_view written);

  void look_at_cells();
  void sift(std::uint64_t hash);
  void settle();

  void probe(Lookup lookup, std::string_view key, std::string_view written) {
    const auto hash = hash_of(lookup, key);
    if (sifting_) return sift(hash);
    if (!store_.maybe(hash)) return;
    const auto entry = store_.find(lookup, hash, key);
    if (entry != kNone) hit(entry, written, false);
  }
  void probe_aliases(Lookup lookup, std::string_view key, std::string_view written,
                     bool truncated) {
    const auto hash = hash_of(lookup, key);
    if (sifting_) return sift(hash);
    if (!store_.maybe(hash)) return;
    store_.find_aliases(lookup, hash, key,
                        [&](std::uint32_t entry) { hit(entry, written, truncated); });
  }
  void hit(std::uint32_t entry, std::string_view written, bool truncated);
  void report(std::uint32_t indicator, std::string_view written, bool truncated);
  bool holds(const Store::Trigger& trigger);
  bool holds_in_row(const Literal& literal);
  std::string_view cell(const Plan& plan, std::string& scratch) const;
  void forget_row();

  const Store& store_;
  std::vector<Plan> plan_;
  std::array<std::vector<Store::Trigger>, kTypes> regexes_;
  Observer observer_;
  std::string ip_key_;
  std::string hex_;

  // Of the current row.
  std::span<const artefacts::Value> row_;
  const std::function<void(const Hit&)>* found_ = nullptr;
  std::size_t column_ = 0;
  bool sifting_ = true;     // the first look
  bool promising_ = false;  // it met something: a second look is needed
  std::array<std::uint64_t, 64> sifted_{};
  std::ptrdiff_t sifted_count_ = 0;
  tsl::robin_set<std::uint64_t> reported_;     // column and indicator
  tsl::robin_map<std::uint64_t, bool> terms_;  // of compounds, evaluated
};

Matcher::State::State(const Store& s, const artefacts::Table& table) : store_(s) {
  Types wanted = 0;
  for (std::size_t i = 0; i < kTypes; ++i) {
    if (store_.wants(static_cast<Type>(i))) wanted |= bit(static_cast<Type>(i));
  }
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const auto kind = table.columns[i].kind;
    const auto types = types_of(kind) & wanted;
    if (types != 0) plan_.push_back({i, kind, types});
  }
  for (const auto& regex : store_.regexes()) {
    regexes_[static_cast<std::size_t>(regex.type)].push_back(regex.trigger);
  }
}

void Matcher::State::match_row(std::span<const artefacts::Value> values,
                               const std::function<void(const Hit&)>& callback) {
  row_ = values;
  found_ = &callback;
  sifting_ = true;
  promising_ = false;
  look_at_cells();
  settle();
  if (!promising_) return;
  sifting_ = false;
  look_at_cells();
  if (!reported_.empty() || !terms_.empty()) forget_row();
}

void Matcher::State::look_at_cells() {
  for (const auto& plan : plan_) {
    const bool decided = sifting_ && promising_;
    if (plan.column >= row_.size() || decided) break;
    column_ = plan.column;
    observer_.look(plan.kind, cell(plan, hex_), plan.types, *this);
  }
}

void Matcher::State::sift(std::uint64_t hash) {
  store_.prefetch(hash);
  sifted_[static_cast<std::size_t>(sifted_count_++)] = hash;
  if (sifted_count_ == std::ssize(sifted_)) settle();
}

void Matcher::State::settle() {
  const auto end = std::remove_if(sifted_.begin(), sifted_.begin() + sifted_count_,
                                  [this](std::uint64_t hash) { return !store_.maybe(hash); });
  std::for_each(sifted_.begin(), end, [this](std::uint64_t hash) { store_.prefetch_slot(hash); });
  promising_ = promising_ || std::any_of(sifted_.begin(), end, [this](std::uint64_t hash) {
                 return store_.listed(hash);
               });
  sifted_count_ = 0;
}

/// Small tables are emptied, those that a hostile row made large are given back.
void Matcher::State::forget_row() {
  constexpr std::size_t kSmall = 1024;
  if (reported_.bucket_count() > kSmall) {
    reported_ = {};
  } else {
    reported_.clear();
  }
  if (terms_.bucket_count() > kSmall) {
    terms_ = {};
  } else {
    terms_.clear();
  }
}

/// The text of a cell; a digest stored as bytes becomes hexadecimal.
std::string_view Matcher::State::cell(const Plan& plan, std::string& scratch) const {
  const auto& value = row_[plan.column];
  const bool is_digest =
      (plan.types & (types_of(artefacts::ColumnKind::sha256) | bit(Type::cert_sha256))) != 0;
  const auto text = value.as_text();
  const bool raw = text.size() == 16 || text.size() == 20 || text.size() == 32;
  if (value.type() == artefacts::Value::Type::blob && is_digest && raw) {
    scratch = hex(bytes_of(text));
    return scratch;
  }
  return text;
}

void Matcher::State::see(Type type, std::string_view key, std::string_view written) {
  switch (type) {
    case Type::domain:
      see_host(key, written);
      break;
    case Type::ip:
      see_address(key, written);
      break;
    case Type::file_path:
      see_path(key, written);
      break;
    case Type::process:
      see_process(key, written);
      break;
    case Type::url:
      probe(lookup_of(type), key, written);
      if (const auto bare = matching::without_scheme(key); !bare.empty()) {
        probe(lookup_of(type), bare, written);
      }
      break;
    default:
      probe(lookup_of(type), key, written);
  }
  for (const auto& trigger : regexes_[static_cast<std::size_t>(type)]) {
    const auto& term = store_.compound(trigger.compound).terms[trigger.term];
    if (!matching::fits(term.front(), key, written)) continue;
    promising_ = true;
    if (!sifting_ && holds(trigger)) {
      report(store_.entries() + trigger.compound, written, false);
    }
  }
}

/// The name and each of its parents, but not the last label alone: that is no site.
void Matcher::State::see_host(std::string_view key, std::string_view written) {
  if (!store_.has(lookup_of(Type::domain))) return;
  probe(lookup_of(Type::domain), key, written);
  for (auto dot = key.find('.'); dot != key.npos; dot = key.find('.')) {
    key.remove_prefix(dot + 1);
    if (key.find('.') != key.npos) probe(lookup_of(Type::domain), key, written);
  }
}

void Matcher::State::see_address(std::string_view bytes, std::string_view written) {
  const auto address = matching::address_of(bytes);
  const unsigned shortest = address.is_v4() ? 96 : 0;
  for (const unsigned prefix : store_.prefixes()) {
    if (prefix < shortest) break;
    ip_key_.clear();
    append_ip_key(ip_key_, address, prefix);
    probe(lookup_of(Type::ip), ip_key_, written);
  }
}

/// The path and each folder above it; for relative indicators each of its ends.
void Matcher::State::see_path(std::string_view key, std::string_view written) {
  if (store_.has(lookup_of(Type::file_path))) {
    for (std::size_t end = 1; end <= std::min(key.size(), matching::kMaxPath); ++end) {
      end = std::min(key.find('/', end), key.size());
      if (end > matching::kMaxPath) break;
      probe(lookup_of(Type::file_path), key.substr(0, end), written);
    }
  }
  if (!store_.has(Lookup::path_end)) return;
  const auto start = key.size() > matching::kMaxPath ? key.size() - matching::kMaxPath : 0;
  for (auto slash = key.find('/', start); slash != key.npos; slash = key.find('/', slash + 1)) {
    probe_aliases(Lookup::path_end, key.substr(slash + 1), written, false);
  }
}

void Matcher::State::see_process(std::string_view key, std::string_view written) {
  probe(lookup_of(Type::process), key, written);
  if (key.size() == kCutProcessName && store_.has(Lookup::process_cut)) {
    probe_aliases(Lookup::process_cut, key, written, true);
  }
}

void Matcher::State::hit(std::uint32_t entry, std::string_view written, bool truncated) {
  if (entry < store_.entries()) report(entry, written, truncated);
  for (const auto& trigger : store_.triggers(entry)) {
    if (holds(trigger)) report(store_.entries() + trigger.compound, written, truncated);
  }
}

void Matcher::State::report(std::uint32_t indicator, std::string_view written, bool truncated) {
  const auto once = std::uint64_t{column_} << 32 | indicator;
  if (!reported_.insert(once).second) return;
  (*found_)(Hit{column_, indicator, written, truncated});
}

/// The rest of the term, whose first literal was just seen.
bool Matcher::State::holds(const Store::Trigger& trigger) {
  const auto number = std::uint64_t{trigger.compound} << 32 | trigger.term;
  if (const auto known = terms_.find(number); known != terms_.end()) return known->second;
  const auto& term = store_.compound(trigger.compound).terms[trigger.term];
  const bool all = std::all_of(term.begin() + 1, term.end(),
                               [this](const Literal& l) { return holds_in_row(l); });
  terms_.emplace(number, all);
  return all;
}

bool Matcher::State::holds_in_row(const Literal& literal) {
  Observer observer;  // the other one is in the middle of a cell, and so is hex_
  std::string scratch;
  matching::LiteralSink sink(literal);
  for (const auto& plan : plan_) {
    if ((plan.types & bit(literal.key.type)) == 0 || plan.column >= row_.size()) continue;
    observer.look(plan.kind, cell(plan, scratch), bit(literal.key.type), sink);
  }
  return sink.holds();
}

Matcher::Matcher(const Set& set, const artefacts::Table& table)
    : state_(std::make_unique<State>(set.data_->store, table)) {}
Matcher::~Matcher() = default;
Matcher::Matcher(Matcher&&) noexcept = default;

void Matcher::match(std::span<const artefacts::Value> row,
                    const std::function<void(const Hit&)>& found) {
  state_->match_row(row, found);
}

}  // namespace interdict::indicators
