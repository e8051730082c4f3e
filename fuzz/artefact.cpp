// Hostile bytes as the one source of an artefact. Compiled once for every artefact, whose id is the
// macro ARTEFACT ("ios/sms").
//
// Checks  the reader comes to an end within its bounds; every row has the table's width, values
//         that can be read to their last byte, text that is UTF-8, and a locator that reads back.

#include <cstdint>
#include <cstdlib>

#include "artefacts/scan.hpp"
#include "base/text.hpp"
#include "support/memory_tree.hpp"

namespace {

using namespace interdict;

constexpr std::uint64_t kMaxRows = 20'000;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_row(const artefacts::Table& table, const artefacts::Scan& scan) {
  require(scan.row().size() == table.columns.size());
  for (std::size_t i = 0; i < scan.row().size(); ++i) {
    const artefacts::Value& value = scan.row()[i];
    if (value.type() == artefacts::Value::Type::text) require(valid_utf8(value.as_text()));
    if (value.type() == artefacts::Value::Type::time) (void)iso8601(value.as_time());
    if (table.grade != nullptr) (void)table.grade(i, scan.row());
  }
  const Locator locator = scan.locator();
  require(Locator::parse(locator.to_text()) == locator);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const artefacts::Table* const table = artefacts::find_table(ARTEFACT);
  require(table != nullptr);
  test::MemoryTree tree;
  // libFuzzer speaks unsigned char; our texts are char.
  tree.add(table->places.front(), {reinterpret_cast<const char*>(data), size});
  artefacts::Scan scan(*table, tree);
  for (std::uint64_t rows = 0; rows < kMaxRows && scan.next(); ++rows) check_row(*table, scan);
  return 0;
}
