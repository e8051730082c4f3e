// Where indicators are kept: a million of them in some 200 MB, and found by one probe.
//
// Texts lie in an arena and are named by offset. An Occurrence is one value in one object of a
// file; an entry is all occurrences of the same (type, key), merged when the store is sealed.
// Entries are found through an open-addressing table of their keys' hashes; a small filter in front
// of it answers nearly all questions about values that are not listed from the cache.
//
// Filled by one thread, then sealed, then constant.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <tsl/robin_map.h>

#include "base/large.hpp"
#include "indicators/compile.hpp"
#include "indicators/indicators.hpp"
#include "indicators/key.hpp"

namespace interdict::indicators {

constexpr std::uint32_t kNone = 0xFFFFFFFF;

/// Texts of at most 64 KiB each, 4 GiB in all.
class Texts {
 public:
  struct Ref {
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
  };
  /// A text that does not fit any more is not kept, and full() says so.
  Ref add(std::string_view text);
  [[nodiscard]] std::string_view at(Ref ref) const;
  [[nodiscard]] bool full() const { return full_; }
  static constexpr std::size_t kMaxText = std::size_t{64} << 10;

 private:
  static constexpr std::size_t kChunkBits = 21;
  std::vector<Large<char>> chunks_;
  std::size_t used_ = std::size_t{1} << kChunkBits;  // of the last chunk
  bool full_ = false;
};

/// What a value is looked up as. The first are the types themselves.
enum class Lookup : std::uint8_t {
  first_type = 0,
  last_type = kTypes - 1,
  path_end,     // the end of a path, for relative file paths
  process_cut,  // the first 16 bytes of a process name
};
// NOLINTNEXTLINE(clang-analyzer-optin.core.EnumCastOutOfRange): the types between are not named
// anew
constexpr Lookup lookup_of(Type type) { return static_cast<Lookup>(type); }
std::uint64_t hash_of(Lookup lookup, std::string_view key);

inline constexpr std::size_t kCutProcessName = 16;

class Store {
 public:
  /// A file's object: an indicator, or a line of a list.
  struct Item {
    Texts::Ref id;
    Texts::Ref pattern;
    std::uint32_t file = 0;
    std::uint32_t memberships = kNone;  // first of a chain
  };
  struct Membership {
    std::uint32_t collection;
    std::uint32_t next;
  };
  struct Occurrence {
    Texts::Ref key;
    Texts::Ref value;
    std::uint32_t item;
    std::uint32_t next;  // of the same entry, or kNone
    Type type;
    bool relative;
  };
  /// A pattern that must be evaluated on a row. The first literal of each term is not negated and
  /// is what is looked for; preferably it is not a regular expression.
  struct Compound {
    std::vector<std::vector<Literal>> terms;
    std::vector<std::uint32_t> items;
  };
  struct Trigger {
    std::uint32_t compound;
    std::uint32_t term;
  };
  struct RegexTrigger {
    Trigger trigger;
    Type type;
  };

  Texts texts;
  Large<Item> items;

  // Filling.
  /// Room for many more items with one value each.
  void reserve(std::size_t count);
  /// `value` may lie inside the item's pattern; then its text is kept once.
  void add(std::uint32_t item, const Key& key, std::string_view pattern, std::string_view value);
  void add(std::uint32_t item, std::string_view pattern, std::vector<std::vector<Literal>> terms);
  std::uint32_t collection(std::string_view name);  // its number
  void join(std::uint32_t item, std::uint32_t collection);
  void seal();

  // Asking.
  /// Entries [0, entries()) and compounds behind them are what a report may name; entries beyond
  /// only trigger compounds.
  [[nodiscard]] std::uint32_t entries() const { return plain_entries_; }
  [[nodiscard]] std::uint32_t size() const {
    return plain_entries_ + static_cast<std::uint32_t>(compounds_.size());
  }
  [[nodiscard]] bool maybe(std::uint64_t hash) const {
    return (filter_[(hash >> 32) * filter_.size() >> 32] & bits(hash)) == bits(hash);
  }
  /// maybe() and listed() will be asked about it soon.
  void prefetch(std::uint64_t hash) const {
    __builtin_prefetch(&filter_[(hash >> 32) * filter_.size() >> 32]);
  }
  void prefetch_slot(std::uint64_t hash) const {
    if (!slots_.empty()) __builtin_prefetch(&slots_[hash & (slots_.size() - 1)]);
  }
  /// Whether a key with this hash is listed, as far as the hash tells.
  [[nodiscard]] bool listed(std::uint64_t hash) const;
  /// The entry with this key, or kNone. Its index is at least size() when it only triggers.
  [[nodiscard]] std::uint32_t find(Lookup lookup, std::uint64_t hash, std::string_view key) const;
  /// Calls found(entry) for each that is known by `key` under path_end or process_cut.
  template <class Found>
  void find_aliases(Lookup lookup, std::uint64_t hash, std::string_view key,
                    const Found& found) const;
  [[nodiscard]] std::span<const Trigger> triggers(std::uint32_t entry) const;
  [[nodiscard]] Type type(std::uint32_t entry) const { return occurrences_[first_[entry]].type; }
  [[nodiscard]] const Compound& compound(std::uint32_t index) const { return compounds_[index]; }
  [[nodiscard]] std::span<const Compound> compounds() const { return compounds_; }
  [[nodiscard]] std::span<const RegexTrigger> regexes() const { return regexes_; }
  [[nodiscard]] bool wants(Type type) const {
    return (wanted_ >> static_cast<unsigned>(type) & 1) != 0;
  }
  [[nodiscard]] bool has(Lookup lookup) const {
    return (lookups_ >> static_cast<unsigned>(lookup) & 1) != 0;
  }
  /// The lengths of address blocks, in bits of 128, longest first.
  [[nodiscard]] std::span<const std::uint8_t> prefixes() const { return prefixes_; }
  [[nodiscard]] Indicator describe(std::uint32_t index, std::span<const LoadedFile> files) const;

 private:
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t entry = kNone;
  };
  struct Alias {
    std::uint64_t hash;
    std::uint32_t entry;
  };

  static constexpr std::uint64_t bits(std::uint64_t hash) {
    return 1ULL << (hash & 63) | 1ULL << (hash >> 6 & 63) | 1ULL << (hash >> 12 & 63);
  }
  void remember(std::uint64_t hash) { filter_[(hash >> 32) * filter_.size() >> 32] |= bits(hash); }
  std::uint32_t occurrence(std::uint32_t item, const Key& key, Texts::Ref value);
  void merge(std::uint32_t occurrence, std::uint64_t hash, Large<std::uint32_t>& last);
  void add_aliases(std::uint32_t entry);
  void add_triggers(Large<std::uint32_t>& last);
  [[nodiscard]] bool alias_fits(Lookup lookup, std::uint32_t entry, std::string_view key) const;
  void describe_item(const Item& item, std::span<const LoadedFile> files, Indicator& out) const;

  Large<Occurrence> occurrences_;
  Large<std::uint64_t> hashes_;  // of occurrences_, until sealed
  Large<std::uint32_t> first_;   // of entries: their first occurrence
  Large<Membership> memberships_;
  std::vector<std::string> collections_;
  tsl::robin_map<std::string, std::uint32_t> collection_numbers_;
  std::vector<Compound> compounds_;
  tsl::robin_map<std::string, std::uint32_t> compound_numbers_;  // by pattern, until sealed
  std::vector<RegexTrigger> regexes_;
  tsl::robin_map<std::uint32_t, std::vector<Trigger>> triggers_;  // by entry
  Large<Slot> slots_;
  Large<std::uint64_t> filter_ = Large<std::uint64_t>(1);
  std::vector<Alias> aliases_;
  std::vector<std::uint8_t> prefixes_;
  std::uint32_t plain_entries_ = 0;
  std::uint32_t wanted_ = 0;   // types that any literal asks for
  std::uint32_t lookups_ = 0;  // types and aliases in the table
};

template <class Found>
void Store::find_aliases(Lookup lookup, std::uint64_t hash, std::string_view key,
                         const Found& found) const {
  auto alias = std::lower_bound(aliases_.begin(), aliases_.end(), hash,
                                [](const Alias& a, std::uint64_t h) { return a.hash < h; });
  for (; alias != aliases_.end() && alias->hash == hash; ++alias) {
    if (alias_fits(lookup, alias->entry, key)) found(alias->entry);
  }
}

}  // namespace interdict::indicators
