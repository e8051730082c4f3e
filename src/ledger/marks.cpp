#include "ledger/marks.hpp"

#include <algorithm>
#include <mutex>

namespace interdict::ledger {
namespace {

constexpr char kStanding[] =
    "SELECT e.id, CASE WHEN e.owner <> '' THEN e.owner ELSE o.person END, e.product_type, "
    "e.examined_at FROM examinations AS e LEFT JOIN owners AS o ON o.serial = e.serial "
    "WHERE e.verdict = 'compromised' AND e.withdrawn_at IS NULL "
    "AND e.product_type <> '' "
    "AND (e.owner <> '' OR o.person IS NOT NULL) ORDER BY e.id";

}  // namespace

devices::Fit Marks::ask(std::string_view person, const devices::Position& position) const {
  if (!any_.load(std::memory_order_acquire)) return devices::Fit::no;
  const std::shared_lock lock(mutex_);
  const auto found = map_->find(person);
  if (found == map_->end()) return devices::Fit::no;
  auto best = devices::Fit::no;
  for (const Marked& marked : found->second) {
    best = std::max(best, devices::fit(marked.model, position));
  }
  return best;
}

std::vector<Mark> Marks::all() const {
  std::vector<Mark> out;
  {
    const std::shared_lock lock(mutex_);
    for (const auto& [person, marked] : *map_) {
      for (const Marked& one : marked) out.push_back(one.mark);
    }
  }
  std::sort(out.begin(), out.end(), [](const Mark& a, const Mark& b) {
    return a.person != b.person ? a.person < b.person : a.examination < b.examination;
  });
  return out;
}

Result<std::unique_ptr<Marks::Map>> Marks::read(Database& db) {
  auto map = std::make_unique<Map>();
  Rows rows = TRY(db.rows(kStanding));
  while (TRY(rows.next())) {
    std::string person(rows.text(1));
    Mark mark{rows.integer(0), person, std::string(rows.text(2)), {rows.integer(3)}};
    // The lattice knows what a product type says of the line, and so which claims it excludes.
    devices::DeviceClass model;
    model.model = mark.product_type;
    (*map)[std::move(person)].push_back({std::move(mark), std::move(model)});
  }
  return map;
}

Status Marks::load(Database& db) {
  TRY(before_commit(db));
  after_commit();
  return ok();
}

Status Marks::before_commit(Database& db) {
  next_ = TRY(read(db));
  return ok();
}

void Marks::after_commit() {
  {
    const std::unique_lock lock(mutex_);
    map_.swap(next_);
    any_.store(!map_->empty(), std::memory_order_release);
  }
  next_.reset();  // the old one, without anybody waiting for that
}

}  // namespace interdict::ledger
