#include "indicators/store.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <functional>

#include <re2/re2.h>

#include "indicators/hash.hpp"

namespace interdict::indicators {
namespace storing {
namespace {

/// Bits of the filter for each key, at least: one in some fifty unlisted values passes.
constexpr std::size_t kFilterBits = 8;
constexpr std::size_t kPrefetch = 16;

void sort_unique(std::vector<std::string>& texts) {
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
}

}  // namespace
}  // namespace storing

Texts::Ref Texts::add(std::string_view text) {
  if (text.empty()) return {};
  constexpr std::size_t kChunk = std::size_t{1} << kChunkBits;
  const bool fits = used_ + text.size() <= kChunk;
  if (text.size() > kMaxText || (!fits && chunks_.size() == std::size_t{1} << (32 - kChunkBits))) {
    full_ = true;
    return {};
  }
  if (!fits) {
    chunks_.emplace_back().reserve(kChunk);
    used_ = 0;
  }
  // Within the reserved capacity, so that nothing moves.
  chunks_.back().insert(chunks_.back().end(), text.begin(), text.end());
  const Ref ref{static_cast<std::uint32_t>(((chunks_.size() - 1) << kChunkBits) + used_),
                static_cast<std::uint32_t>(text.size())};
  used_ += text.size();
  return ref;
}

std::string_view Texts::at(Ref ref) const {
  if (ref.size == 0) return {};
  const auto within = ref.offset & ((std::uint32_t{1} << kChunkBits) - 1);
  return {chunks_[ref.offset >> kChunkBits].data() + within, ref.size};
}

std::uint64_t hash_of(Lookup lookup, std::string_view key) {
  constexpr std::uint64_t kSpread = 0x9E3779B97F4A7C15;
  return XXH3_64bits_withSeed(key.data(), key.size(),
                              kSpread * (static_cast<std::uint64_t>(lookup) + 1));
}

void Store::reserve(std::size_t count) {
  make_room(items, count);
  make_room(occurrences_, count);
  make_room(hashes_, count);
  make_room(memberships_, count);
}

std::uint32_t Store::occurrence(std::uint32_t item, const Key& key, Texts::Ref value) {
  const auto ref = texts.at(value) == key.text ? value : texts.add(key.text);
  occurrences_.push_back({ref, value, item, kNone, key.type, key.relative});
  hashes_.push_back(hash_of(lookup_of(key.type), key.text));
  return static_cast<std::uint32_t>(occurrences_.size() - 1);
}

void Store::add(std::uint32_t item, const Key& key, std::string_view pattern,
                std::string_view value) {
  const std::less_equal<const char*> not_after;
  const bool inside = !pattern.empty() && not_after(pattern.data(), value.data()) &&
                      not_after(value.data() + value.size(), pattern.data() + pattern.size());
  Texts::Ref ref = items[item].pattern;
  if (inside) {
    ref.offset += static_cast<std::uint32_t>(value.data() - pattern.data());
    ref.size = static_cast<std::uint32_t>(value.size());
  } else {
    ref = texts.add(value);
  }
  occurrence(item, key, ref);
}

void Store::add(std::uint32_t item, std::string_view pattern,
                std::vector<std::vector<Literal>> terms) {
  const auto next = static_cast<std::uint32_t>(compounds_.size());
  const auto [known, is_new] = compound_numbers_.try_emplace(std::string(pattern), next);
  if (is_new) compounds_.push_back({std::move(terms), {}});
  compounds_[known->second].items.push_back(item);
}

std::uint32_t Store::collection(std::string_view name) {
  const auto next = static_cast<std::uint32_t>(collections_.size());
  const auto [known, is_new] = collection_numbers_.try_emplace(std::string(name), next);
  if (is_new) collections_.emplace_back(name);
  return known->second;
}

void Store::join(std::uint32_t item, std::uint32_t collection) {
  memberships_.push_back({collection, items[item].memberships});
  items[item].memberships = static_cast<std::uint32_t>(memberships_.size() - 1);
}

void Store::merge(std::uint32_t index, std::uint64_t hash, Large<std::uint32_t>& last) {
  auto& added = occurrences_[index];
  const auto mask = slots_.size() - 1;
  const auto tag = static_cast<std::uint32_t>(hash >> 32);
  for (auto i = hash & mask;; i = (i + 1) & mask) {
    auto& slot = slots_[i];
    if (slot.entry == kNone) {
      slot = {tag, static_cast<std::uint32_t>(first_.size())};
      first_.push_back(index);
      last.push_back(index);
      remember(hash);
      lookups_ |= 1U << static_cast<unsigned>(added.type);
      return;
    }
    auto& first = occurrences_[first_[slot.entry]];
    if (slot.tag != tag || first.type != added.type || texts.at(first.key) != texts.at(added.key)) {
      continue;
    }
    first.relative = first.relative || added.relative;
    occurrences_[last[slot.entry]].next = index;
    last[slot.entry] = index;
    return;
  }
}

void Store::seal() {
  std::size_t literals = 0;
  for (const auto& compound : compounds_) literals += compound.terms.size();
  const auto keys = occurrences_.size() + literals;
  slots_.assign(std::bit_ceil(2 * keys + 2), Slot{});
  filter_.assign(std::bit_ceil(storing::kFilterBits * keys + 64) / 64, 0);
  Large<std::uint32_t> last;
  last.reserve(keys);
  first_.reserve(keys);

  const auto mask = slots_.size() - 1;
  const auto plain = static_cast<std::uint32_t>(occurrences_.size());
  for (std::uint32_t i = 0; i < plain; ++i) {
    if (i + storing::kPrefetch < plain) {
      const auto ahead = hashes_[i + storing::kPrefetch];
      __builtin_prefetch(&slots_[ahead & mask], 1);
      __builtin_prefetch(&filter_[(ahead >> 32) * filter_.size() >> 32], 1);
    }
    merge(i, hashes_[i], last);
  }
  plain_entries_ = static_cast<std::uint32_t>(first_.size());
  add_triggers(last);
  for (std::uint32_t entry = 0; entry < first_.size(); ++entry) add_aliases(entry);
  std::sort(aliases_.begin(), aliases_.end(), [](const Alias& a, const Alias& b) {
    return a.hash != b.hash ? a.hash < b.hash : a.entry < b.entry;
  });
  std::sort(prefixes_.rbegin(), prefixes_.rend());
  wanted_ |= lookups_;
  hashes_ = {};
  compound_numbers_ = {};
  collection_numbers_ = {};
}

void Store::add_triggers(Large<std::uint32_t>& last) {
  for (std::uint32_t c = 0; c < compounds_.size(); ++c) {
    auto& terms = compounds_[c].terms;
    for (std::uint32_t t = 0; t < terms.size(); ++t) {
      auto& term = terms[t];
      const auto rank = [](const Literal& l) { return l.negated ? 2 : l.regex ? 1 : 0; };
      std::stable_sort(term.begin(), term.end(),
                       [&](const Literal& a, const Literal& b) { return rank(a) < rank(b); });
      for (const auto& literal : term) wanted_ |= 1U << static_cast<unsigned>(literal.key.type);
      const auto& front = term.front();
      if (front.regex) {
        regexes_.push_back({{c, t}, front.key.type});
        continue;
      }
      const auto lookup = lookup_of(front.key.type);
      auto entry = find(lookup, hash_of(lookup, front.key.text), front.key.text);
      if (entry == kNone) {
        entry = static_cast<std::uint32_t>(first_.size());
        const auto value = texts.add(front.value);
        const auto index = occurrence(compounds_[c].items.front(), front.key, value);
        merge(index, hashes_[index], last);
      } else if (front.key.relative) {
        occurrences_[first_[entry]].relative = true;
      }
      triggers_[entry].push_back({c, t});
    }
  }
}

void Store::add_aliases(std::uint32_t entry) {
  const auto& occurrence = occurrences_[first_[entry]];
  const auto key = texts.at(occurrence.key);
  const auto alias = [&](Lookup lookup, std::string_view text) {
    const auto hash = hash_of(lookup, text);
    aliases_.push_back({hash, entry});
    remember(hash);
    lookups_ |= 1U << static_cast<unsigned>(lookup);
  };
  if (occurrence.type == Type::file_path && occurrence.relative) {
    alias(Lookup::path_end, key.substr(1));
  } else if (occurrence.type == Type::process && key.size() > kCutProcessName) {
    alias(Lookup::process_cut, key.substr(0, kCutProcessName));
  } else if (occurrence.type == Type::ip) {
    const auto prefix = static_cast<std::uint8_t>(key.back());
    if (std::find(prefixes_.begin(), prefixes_.end(), prefix) == prefixes_.end()) {
      prefixes_.push_back(prefix);
    }
  }
}

std::uint32_t Store::find(Lookup lookup, std::uint64_t hash, std::string_view key) const {
  if (slots_.empty()) return kNone;
  const auto mask = slots_.size() - 1;
  const auto tag = static_cast<std::uint32_t>(hash >> 32);
  for (auto i = hash & mask;; i = (i + 1) & mask) {
    const auto& slot = slots_[i];
    if (slot.entry == kNone) return kNone;
    if (slot.tag != tag) continue;
    const auto& first = occurrences_[first_[slot.entry]];
    if (lookup_of(first.type) == lookup && texts.at(first.key) == key) return slot.entry;
  }
}

bool Store::listed(std::uint64_t hash) const {
  const auto mask = slots_.size() - 1;
  const auto tag = static_cast<std::uint32_t>(hash >> 32);
  for (auto i = hash & mask; !slots_.empty() && slots_[i].entry != kNone; i = (i + 1) & mask) {
    if (slots_[i].tag == tag) return true;
  }
  return std::binary_search(aliases_.begin(), aliases_.end(), Alias{hash, 0},
                            [](const Alias& a, const Alias& b) { return a.hash < b.hash; });
}

bool Store::alias_fits(Lookup lookup, std::uint32_t entry, std::string_view key) const {
  const auto& occurrence = occurrences_[first_[entry]];
  const auto whole = texts.at(occurrence.key);
  if (lookup == Lookup::path_end) {
    return occurrence.type == Type::file_path && whole.substr(1) == key;
  }
  return occurrence.type == Type::process && whole.substr(0, kCutProcessName) == key;
}

std::span<const Store::Trigger> Store::triggers(std::uint32_t entry) const {
  const auto found = triggers_.find(entry);
  return found == triggers_.end() ? std::span<const Trigger>() : found->second;
}

void Store::describe_item(const Item& item, std::span<const LoadedFile> files,
                          Indicator& out) const {
  if (item.id.size > 0) out.ids.emplace_back(texts.at(item.id));
  out.files.push_back(files[item.file].name);
  for (auto i = item.memberships; i != kNone; i = memberships_[i].next) {
    out.collections.push_back(collections_[memberships_[i].collection]);
  }
}

Indicator Store::describe(std::uint32_t index, std::span<const LoadedFile> files) const {
  Indicator out{};
  if (index < plain_entries_) {
    const auto& first = occurrences_[first_[index]];
    out.type = first.type;
    out.value = texts.at(first.value);
    out.pattern = texts.at(items[first.item].pattern);
    for (auto i = first_[index]; i != kNone; i = occurrences_[i].next) {
      describe_item(items[occurrences_[i].item], files, out);
    }
  } else if (index < size()) {
    const auto& compound = compounds_[index - plain_entries_];
    out.type = compound.terms.front().front().key.type;
    out.pattern = texts.at(items[compound.items.front()].pattern);
    out.value = out.pattern;
    for (const auto item : compound.items) describe_item(items[item], files, out);
  }
  storing::sort_unique(out.collections);
  storing::sort_unique(out.files);
  storing::sort_unique(out.ids);
  return out;
}

}  // namespace interdict::indicators
