#include "indicators/indicators.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "indicators/loader.hpp"
#include "indicators/observe.hpp"
#include "indicators/set_data.hpp"

namespace interdict::indicators {

Set::Set() : data_(std::make_unique<Data>()) { data_->store.seal(); }
Set::Set(Set&&) noexcept = default;
Set& Set::operator=(Set&&) noexcept = default;
Set::~Set() = default;

Result<Set> Set::load(std::span<const std::filesystem::path> paths) {
  Set set;
  auto& data = *set.data_;
  Loader loader(data.store, data.files, data.not_evaluated);
  for (const auto& file : TRY(indicator_files(paths))) TRY(loader.read(file));
  TRY(loader.finish());
  return set;
}

std::size_t Set::size() const { return data_->store.size(); }

Indicator Set::describe(std::uint32_t indicator) const {
  return data_->store.describe(indicator, data_->files);
}

const std::vector<LoadedFile>& Set::files() const { return data_->files; }

const std::vector<NotEvaluated>& Set::not_evaluated() const { return data_->not_evaluated; }

std::vector<OutOfReach> Set::out_of_reach(std::span<const artefacts::Table* const> tables) const {
  std::vector<Types> shown;  // by a row of each table
  Types by_any = 0;
  for (const auto* table : tables) {
    Types types = 0;
    for (const auto& column : table->columns) types |= types_of(column.kind);
    shown.push_back(types);
    by_any |= types;
  }
  const Store& store = data_->store;
  std::array<std::uint64_t, kTypes> counts{};
  for (std::uint32_t entry = 0; entry < store.entries(); ++entry) {
    ++counts[static_cast<std::size_t>(store.type(entry))];
  }
  std::vector<OutOfReach> out;
  for (std::size_t i = 0; i < kTypes; ++i) {
    const auto type = static_cast<Type>(i);
    if (counts[i] > 0 && (by_any & bit(type)) == 0) {
      out.push_back({std::string(name_of(type)), counts[i]});
    }
  }
  const auto within_reach = [&](const std::vector<Literal>& term) {
    Types needed = 0;
    for (const auto& literal : term) needed |= bit(literal.key.type);
    return std::ranges::any_of(shown, [&](Types types) { return (needed & ~types) == 0; });
  };
  const auto patterns = std::ranges::count_if(store.compounds(), [&](const auto& compound) {
    return std::ranges::none_of(compound.terms, within_reach);
  });
  if (patterns > 0) out.push_back({"pattern", static_cast<std::uint64_t>(patterns)});
  return out;
}

std::string Set::digest() const {
  std::vector<std::string_view> digests;
  for (const auto& file : data_->files) digests.emplace_back(file.sha256);
  std::sort(digests.begin(), digests.end());
  crypto::Sha256Stream all;
  for (const auto digest : digests) all.update(bytes_of(digest));
  const auto sum = all.finish();
  return hex(sum);
}

}  // namespace interdict::indicators
