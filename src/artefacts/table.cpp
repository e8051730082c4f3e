// The registry of artefacts, and the names of what they declare.

#include "artefacts/table.hpp"

#include <algorithm>
#include <array>

namespace interdict::artefacts {
namespace {

constexpr std::array<std::string_view, 16> kKindNames{
    "plain",      "url",       "domain",    "ip",     "email",  "process",
    "image_path", "file_path", "file_name", "app_id", "sha256", "cert_sha256",
    "profile_id", "property",  "free_text", "time"};
static_assert(kKindNames.size() == static_cast<std::size_t>(ColumnKind::time) + 1);

/// Sorted by id at all times. A function's static, so that it exists before the first Register.
std::vector<const Table*>& registry() {
  static std::vector<const Table*> all;
  return all;
}

std::string_view bare_name(std::string_view id) { return id.substr(id.find('/') + 1); }

}  // namespace

std::string_view name_of(ColumnKind kind) { return kKindNames[static_cast<std::size_t>(kind)]; }

std::string Table::sql_name() const {
  std::string name(id);
  std::replace(name.begin(), name.end(), '/', '_');
  return name;
}

std::optional<std::size_t> Table::column(std::string_view name) const {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == name) return i;
  }
  return std::nullopt;
}

std::span<const Table* const> tables() { return registry(); }

const Table* find_table(std::string_view name) {
  for (const Table* table : registry()) {
    if (table->id == name || table->sql_name() == name || bare_name(table->id) == name)
      return table;
  }
  return nullptr;
}

Register::Register(const Table& table) {
  auto& all = registry();
  const auto later = std::find_if(all.begin(), all.end(),
                                  [&](const Table* other) { return other->id > table.id; });
  all.insert(later, &table);
}

}  // namespace interdict::artefacts
