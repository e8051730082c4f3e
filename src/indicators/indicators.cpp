#include "indicators/indicators.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "indicators/loader.hpp"
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
