#include "artefacts/plist_rows.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/text.hpp"

namespace interdict::artefacts {

PlistCursor::PlistCursor(const Source& source, std::size_t width)
    : source_(source), cells_(width), scratch_(width) {}

Status PlistCursor::start() {
  bytes_ = TRY(source_.bytes());
  document_ = TRY(plist::Document::open(bytes_));
  return begin(TRY(document_->root()));
}

void PlistCursor::add(const plist::Node& collection, std::string path) {
  collections_.push_back({collection, std::move(path)});
}

Result<bool> PlistCursor::next() {
  while (collection_ < collections_.size()) {
    const Collection& collection = collections_[collection_];
    if (member_ == collection.node.count()) {
      ++collection_;
      member_ = 0;
      continue;
    }
    row_damaged_ = false;
    std::fill(cells_.begin(), cells_.end(), Value());
    const bool is_row = read_member(collection);
    ++member_;
    if (is_row) return true;
  }
  return false;
}

bool PlistCursor::read_member(const Collection& collection) {
  const auto value = collection.node.at(member_);
  key_ = fmt::format("{}", member_);
  if (collection.node.kind() == plist::Kind::dict) {
    const auto key = collection.node.key_at(member_);
    auto name = key ? key->as_text() : std::nullopt;
    if (!name) {
      damaged("a key cannot be read");
      return false;
    }
    key_ = *std::move(name);
  }
  if (!value) {
    damaged("a value cannot be read: " + value.error().what());
    return false;
  }
  path_ = collection.path.empty() ? key_path({key_})
                                  : fmt::format("{}/{}", collection.path, key_path({key_}));
  return member(key_, *value);
}

void PlistCursor::text(std::size_t cell, const plist::Node& node) {
  auto value = node.as_text();
  if (!value) return damaged("no text where text belongs");
  text(cell, *std::move(value));
}

void PlistCursor::text(std::size_t cell, std::string value) {
  scratch_[cell] = valid_utf8(value) ? std::move(value) : repair_utf8(value);
  cells_[cell] = Value::text(scratch_[cell]);
}

void PlistCursor::integer(std::size_t cell, const plist::Node& node) {
  constexpr double kExact = 9e15;  // whole numbers below are exact in a double
  if (const auto whole = node.as_integer()) {
    cells_[cell] = Value::integer(*whole);
  } else if (const auto real = node.as_real(); real && std::abs(*real) < kExact) {
    cells_[cell] = Value::integer(std::llround(*real));
  } else {
    damaged("no number where one belongs");
  }
}

void PlistCursor::time(std::size_t cell, const plist::Node& node) {
  if (node.kind() == plist::Kind::date) {
    cells_[cell] = Value::time(node.as_date());
    if (cells_[cell].is_null()) damaged("time beyond any that a phone can mean");
    return;
  }
  const auto seconds = node.as_real();
  if (!seconds) return damaged("no time where one belongs");
  if (*seconds <= 0) return;
  cells_[cell] = Value::time(from_cocoa_seconds(*seconds));
  if (cells_[cell].is_null()) damaged("time beyond any that a phone can mean");
}

void PlistCursor::damaged(std::string_view reason) {
  if (!row_damaged_) source_.notes().damaged_row(reason);
  row_damaged_ = true;
}

}  // namespace interdict::artefacts
