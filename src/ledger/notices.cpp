#include "ledger/notices.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "ledger/hash.hpp"
#include "ledger/rows.hpp"

namespace interdict::ledger {
namespace {

constexpr char kAddNotice[] =
    "INSERT INTO notices (person, device_key, rule, stage, given_at) VALUES (?1, ?2, ?3, ?4, ?5) "
    "ON CONFLICT DO NOTHING";
constexpr char kAllNotices[] = "SELECT person, device_key, rule, stage FROM notices";

bool storable(const NoticeKey& key) {
  return !key.person.empty() && key.person.size() <= kMaxId && key.device_key.size() <= kMaxId &&
         key.rule.size() <= kMaxId && key.stage.size() <= kMaxWord;
}

}  // namespace

std::uint64_t Notices::hash_of(const NoticeKey& key) {
  // Of the text as it is stored, so that a row read back has the same hash.
  fmt::memory_buffer out;
  for (const auto part : {key.person, key.device_key, key.rule, key.stage}) {
    if (valid_utf8(part)) {
      fmt::format_to(std::back_inserter(out), "{}:{}", part.size(), part);
    } else {
      const std::string repaired = repair_utf8(part);
      fmt::format_to(std::back_inserter(out), "{}:{}", repaired.size(), repaired);
    }
  }
  return XXH3_64bits(out.data(), out.size());
}

Status Notices::load(Database& db) {
  Rows rows = TRY(db.rows(kAllNotices));
  while (TRY(rows.next())) {
    const std::uint64_t hash = hash_of({rows.text(0), rows.text(1), rows.text(2), rows.text(3)});
    Shard& shard = shard_of(hash);
    const std::lock_guard lock(shard.mutex);
    if (shard.hashes.insert(hash).second) size_.fetch_add(1, std::memory_order_relaxed);
  }
  return ok();
}

bool Notices::first_time(const NoticeKey& key, UtcTime at) {
  const std::uint64_t hash = hash_of(key);
  const bool room = storable(key) && remembered() < limits_.most;
  {
    Shard& shard = shard_of(hash);
    const std::lock_guard lock(shard.mutex);
    if (shard.hashes.contains(hash)) return false;
    if (room) shard.hashes.insert(hash);
  }
  if (room) size_.fetch_add(1, std::memory_order_relaxed);
  const std::lock_guard lock(unsaved_mutex_);
  if (!room) {
    ++counts_.refused;
    return false;
  }
  ++counts_.given;
  if (unsaved_.size() >= limits_.unsaved) {
    ++counts_.not_stored;
  } else {
    unsaved_.push_back({repair_utf8(key.person), repair_utf8(key.device_key), repair_utf8(key.rule),
                        repair_utf8(key.stage), at});
  }
  return true;
}

void Notices::forget(const std::vector<std::uint64_t>& hashes) {
  for (const std::uint64_t hash : hashes) {
    Shard& shard = shard_of(hash);
    const std::lock_guard lock(shard.mutex);
    if (shard.hashes.erase(hash) != 0) size_.fetch_sub(1, std::memory_order_relaxed);
  }
}

Notices::Counts Notices::counts() const {
  const std::lock_guard lock(unsaved_mutex_);
  Counts counts = counts_;
  counts.unsaved = unsaved_.size() + being_written_.load(std::memory_order_relaxed);
  return counts;
}

bool Notices::gather(bool) {
  const std::lock_guard lock(unsaved_mutex_);
  writing_.swap(unsaved_);
  being_written_.store(writing_.size(), std::memory_order_relaxed);
  return !writing_.empty();
}

Status Notices::write(Database& db) {
  for (const Unsaved& n : writing_) {
    TRY(db.run(kAddNotice, n.person, n.device_key, n.rule, n.stage, n.at.micros));
  }
  return ok();
}

void Notices::committed() {
  writing_.clear();
  being_written_.store(0, std::memory_order_relaxed);
}

}  // namespace interdict::ledger
