// What a Ledger is made of. Inside this room only.

#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/file.hpp"
#include "ledger/aggregator.hpp"
#include "ledger/ledger.hpp"
#include "ledger/marks.hpp"
#include "ledger/notices.hpp"
#include "ledger/storing.hpp"
#include "ledger/writer.hpp"

namespace interdict::ledger {

/// Connections for reading, kept for the next reader.
class Readers {
 public:
  Readers(std::filesystem::path path, int busy_timeout_ms)
      : path_(std::move(path)), busy_timeout_ms_(busy_timeout_ms) {}
  /// Runs f(Database&) -> Result<T> in one snapshot.
  template <class F>
  auto read(F f) -> decltype(f(std::declval<Database&>())) {
    Database db = TRY(borrow());
    TRY(db.script("BEGIN"));
    auto answer = f(db);
    db.rollback();
    give_back(std::move(db));
    return answer;
  }

 private:
  static constexpr std::size_t kKept = 4;
  Result<Database> borrow();
  void give_back(Database db);
  std::filesystem::path path_;
  int busy_timeout_ms_;
  std::mutex mutex_;
  std::vector<Database> free_;  // under mutex_
};

struct Ledger::House {
  House(const std::filesystem::path& path, const Settings& settings, Fd lock);

  Fd lock;  // held while we are the writer
  Aggregator aggregator;
  AggregatorBacklog backlog;
  Notices notices;
  Marks marks;
  mutable Readers readers;
  /// Last: its thread uses everything above.
  std::optional<Writer> writer;
};

/// Errc::limit or malformed for a text that may not be stored.
Status text_fits(std::string_view what, std::string_view text, std::size_t most, bool may_be_empty);

}  // namespace interdict::ledger
