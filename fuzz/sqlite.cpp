// A hostile database and its hostile -wal: a little-endian u16 says how many bytes are the
// database's, the rest is the -wal (none: no -wal). Every table is read through every accessor.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "formats/sqlite.hpp"

using namespace interdict;

namespace {

constexpr int kMaxRows = 300, kMaxTables = 20;  // a tree of shared pages yields rows without end

std::size_t touch(const sqlite::Statement& row) {
  std::size_t sum = 0;
  for (int i = 0; i < row.columns(); ++i) {
    for (const char c : row.text(i)) sum += static_cast<unsigned char>(c);
    for (const std::byte b : row.blob(i)) sum += std::to_integer<std::size_t>(b);
    sum +=
        row.name(i).size() + static_cast<std::size_t>(row.integer(i)) + (row.real(i) > 0 ? 1 : 0);
    if (row.null(i) && !row.text(i).empty()) std::abort();
  }
  return sum;
}

std::string quoted(const std::string& name) {
  std::string out = "\"";
  for (const char c : name) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

void read_table(const sqlite::Database& db, const std::string& name) {
  const auto present = db.has_table(name);
  const auto columns = db.columns(name);
  if (present && columns && !*present && !columns->empty()) std::abort();
  auto rows = db.prepare("SELECT * FROM " + quoted(name));
  if (!rows) return;
  for (int i = 0; i < kMaxRows; ++i) {
    const auto more = rows->step();
    if (!more || !*more) return;
    volatile std::size_t sink = touch(*rows);
    static_cast<void>(sink);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const ByteView input = std::as_bytes(std::span(data, size)).subspan(2);
  const auto cut = std::min<std::size_t>(data[0] | data[1] << 8, input.size());
  const ByteView database = input.first(cut), wal = input.subspan(cut);
  const auto source = [](ByteView b) {
    return std::make_shared<MemoryBytes>(Bytes(b.begin(), b.end()));
  };
  const auto db =
      sqlite::Database::open_evidence({source(database), wal.empty() ? nullptr : source(wal), {}});
  if (!db) return 0;
  std::vector<std::string> names;
  if (auto schema = db->prepare("SELECT name FROM sqlite_schema")) {
    while (names.size() < kMaxTables) {
      const auto row = schema->step();
      if (!row || !*row) break;
      names.emplace_back(schema->text(0));
    }
  }
  for (const auto& name : names) read_table(*db, name);
  return 0;
}
