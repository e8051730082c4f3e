#include "evidence/database_view.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

namespace interdict::evidence {
namespace {

using namespace std::string_view_literals;

// https://www.sqlite.org/fileformat2.html, 1.3: the first 100 bytes.
constexpr auto kMagic = "SQLite format 3\0"sv;
constexpr std::uint64_t kPageSizeAt = 16, kChangesAt = 24, kPageCountAt = 28, kCountedAtChangeAt = 92;
constexpr std::uint64_t kHeader = 100;

/// PKCS#7 padding consists of its own length, so what was cut off is known.
class Unstripped final : public RandomAccess {
 public:
  Unstripped(std::shared_ptr<RandomAccess> plain, std::uint64_t size)
      : plain_(std::move(plain)), size_(size) {}
  [[nodiscard]] std::uint64_t size() const override { return size_; }
  Status read_at(std::uint64_t offset, std::span<std::byte> into) override {
    if (offset > size_ || into.size() > size_ - offset) {
      return Error{Errc::truncated, "read past the end"};
    }
    const auto kept = plain_->size();
    const auto head = offset < kept ? std::min<std::uint64_t>(into.size(), kept - offset) : 0;
    if (head > 0) TRY(plain_->read_at(offset, into.first(static_cast<std::size_t>(head))));
    std::ranges::fill(into.subspan(static_cast<std::size_t>(head)),
                      static_cast<std::byte>(size_ - kept));
    return ok();
  }

 private:
  std::shared_ptr<RandomAccess> plain_;
  std::uint64_t size_;
};

/// A few bytes at one place are others.
class Patched final : public RandomAccess {
 public:
  using Patch = std::array<std::byte, 4>;
  Patched(std::shared_ptr<RandomAccess> base, std::uint64_t at, Patch patch)
      : base_(std::move(base)), at_(at), patch_(patch) {}
  [[nodiscard]] std::uint64_t size() const override { return base_->size(); }
  Status read_at(std::uint64_t offset, std::span<std::byte> into) override {
    TRY(base_->read_at(offset, into));
    for (std::uint64_t i = 0; i < patch_.size(); ++i) {
      const auto at = at_ + i;
      if (at >= offset && at - offset < into.size()) {
        into[static_cast<std::size_t>(at - offset)] = patch_[static_cast<std::size_t>(i)];
      }
    }
    return ok();
  }

 private:
  std::shared_ptr<RandomAccess> base_;
  std::uint64_t at_;
  Patch patch_;
};

std::uint64_t page_size(RandomAccess& database) {
  std::array<std::byte, 2> field{};
  if (!database.read_at(kPageSizeAt, field)) return 0;
  const auto size = load_be(field.data(), 2);
  return size == 1 ? 65'536 : size;
}

}  // namespace

bool begins_as_database(RandomAccess& file) {
  std::array<std::byte, kMagic.size()> head{};
  return file.read_at(0, head) && text_of(head) == kMagic;
}

std::shared_ptr<RandomAccess> with_whole_pages(std::shared_ptr<RandomAccess> plain,
                                               std::uint64_t cipher_size) {
  const auto page = page_size(*plain);
  if (page == 0 || plain->size() % page == 0 || cipher_size % page != 0) return plain;
  return std::make_shared<Unstripped>(std::move(plain), cipher_size);
}

std::shared_ptr<RandomAccess> with_true_page_count(std::shared_ptr<RandomAccess> database,
                                                   std::string& note) {
  std::array<std::byte, kHeader> header{};
  const auto page = page_size(*database);
  if (page == 0 || !database->read_at(0, header)) return database;
  const auto field = [&](std::uint64_t at) { return load_be(header.data() + at, 4); };
  const auto counted = field(kPageCountAt), there = database->size() / page;
  // A count made at another change than the last is stale, and SQLite goes by the size alone.
  if (field(kChangesAt) != field(kCountedAtChangeAt) || counted <= there) return database;
  note = fmt::format("Manifest.db is truncated: {} of {} pages are there, files may be missing", there,
                     counted);
  Patched::Patch patch{};
  for (std::size_t i = 0; i < patch.size(); ++i) {
    patch[i] = static_cast<std::byte>(there >> (24 - 8 * i) & 0xff);
  }
  return std::make_shared<Patched>(std::move(database), kPageCountAt, patch);
}

}  // namespace interdict::evidence
