// Hostile exports of an MDM: whatever was read is found again by its keys.

#include <cstdlib>

#include "base/bytes.hpp"
#include "devices/claim.hpp"
#include "devices/inventory.hpp"

using namespace interdict;
using namespace interdict::devices;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = text_of(std::as_bytes(std::span(data, size)));
  const auto inventory = Inventory::read(text);
  if (!inventory) return 0;
  if (inventory->bad().size() > inventory->bad_rows()) std::abort();
  for (const auto& row : inventory->rows()) {
    for (const auto& cell : row) {
      if (cell.size() > kMaxInventoryCell) std::abort();
    }
    const auto& id = row[static_cast<std::size_t>(InventoryColumn::device_id)];
    const auto& serial = row[static_cast<std::size_t>(InventoryColumn::serial)];
    if (!id.empty() && inventory->by_device_id(id) == nullptr) std::abort();
    if (!serial.empty() && inventory->by_serial(serial) == nullptr) std::abort();
    Observed seen;
    seen.inventory = Inventory::record(row);
    (void)identify(seen);
  }
  return 0;
}
