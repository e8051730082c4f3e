#include "policy/policy.hpp"

#include "base/text.hpp"
#include "policy/table.hpp"

namespace interdict::policy {

Policy::Policy(std::unique_ptr<Table> table) : table_(std::move(table)) {}
Policy::Policy(Policy&&) noexcept = default;
Policy& Policy::operator=(Policy&&) noexcept = default;
Policy::~Policy() = default;

const Ban& Policy::ban() const { return table_->ban; }
const crypto::Sha256& Policy::digest() const { return table_->digest; }
std::string Policy::digest_text() const { return "sha256:" + hex(table_->digest); }
std::size_t Policy::profiles() const { return table_->profiles.size(); }
std::size_t Policy::segments() const { return table_->segments.size(); }

std::vector<UtcTime> Policy::boundaries() const {
  std::vector<UtcTime> all;
  for (const auto micros : table_->instants) {
    if (micros != kBeginning.micros && micros != kEnd.micros) all.push_back({micros});
  }
  return all;
}

}  // namespace interdict::policy
