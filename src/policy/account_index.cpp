#include "policy/account_index.hpp"

#include <bit>
#include <cstring>

#include "policy/names.hpp"

namespace interdict::policy {

/// Stands before each text; read and written by memcpy, since texts leave it unaligned.
struct AccountIndex::Head {
  std::uint32_t subject, profile;
  std::uint16_t size;
  std::uint16_t hash;  // bits that chose no bucket, so that most others are passed over unread
};

AccountIndex::AccountIndex(const std::vector<Entry>& entries) {
  const auto buckets = std::bit_ceil(entries.size() / 2 + 1);
  first_.assign(buckets + 1, 0);
  std::vector<std::uint64_t> hashes;
  hashes.reserve(entries.size());
  for (const Entry& e : entries) {
    hashes.push_back(hash_of(e.account));
    first_[(hashes.back() & (buckets - 1)) + 1] +=
        static_cast<std::uint32_t>(sizeof(Head) + e.account.size());
  }
  for (std::size_t b = 1; b <= buckets; ++b) first_[b] += first_[b - 1];
  data_.resize(first_[buckets]);
  std::vector<std::uint32_t> next(first_.begin(), first_.end() - 1);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Entry& e = entries[i];
    auto& at = next[hashes[i] & (buckets - 1)];
    const Head head{e.subject, e.profile, static_cast<std::uint16_t>(e.account.size()),
                    static_cast<std::uint16_t>(hashes[i] >> 48)};
    std::memcpy(&data_[at], &head, sizeof head);
    if (!e.account.empty())
      std::memcpy(&data_[at + sizeof head], e.account.data(), e.account.size());
    at += static_cast<std::uint32_t>(sizeof head + e.account.size());
  }
}

void AccountIndex::expect(std::string_view account) const {
  if (first_.empty()) return;
  const char* const at = data_.data() + first_[hash_of(account) & (first_.size() - 2)];
  __builtin_prefetch(at);
  __builtin_prefetch(at + 64);  // a hint may point anywhere
}

std::optional<AccountIndex::Found> AccountIndex::find(std::string_view account) const {
  if (first_.empty()) return std::nullopt;
  const auto hash = hash_of(account);
  const auto bucket = hash & (first_.size() - 2);
  const auto short_hash = static_cast<std::uint16_t>(hash >> 48);
  const char* at = data_.data() + first_[bucket];
  const char* const end = data_.data() + first_[bucket + 1];
  while (at != end) {
    Head head;
    std::memcpy(&head, at, sizeof head);
    const std::string_view text(at + sizeof head, head.size);
    if (head.hash == short_hash && text == account) return Found{head.subject, head.profile};
    at += sizeof head + head.size;
  }
  return std::nullopt;
}

}  // namespace interdict::policy
