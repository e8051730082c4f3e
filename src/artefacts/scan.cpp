#include "artefacts/scan.hpp"

#include <algorithm>

namespace interdict::artefacts {

Scan::Scan(const Table& table, evidence::Tree& tree, std::optional<Equals> only, Wanted wanted)
    : table_(table), tree_(tree), only_(std::move(only)), wanted_(wanted) {}

bool Scan::next() {
  if (!started_) {
    started_ = true;
    find_files();
  }
  while (cursor_ || open_next()) {
    SourceCoverage& coverage = *coverage_.back();
    const auto more = cursor_->next();
    if (more && *more) {
      ++coverage.rows;
      return true;
    }
    if (!more) fail(coverage, more.error());
    close();
  }
  return false;
}

Locator Scan::locator() const {
  Locator out = cursor_->locator();
  out.artefact = table_.id;
  out.file = file().device_path;
  return out;
}

/// Two places may name one file; it is read once.
void Scan::find_files() {
  for (const evidence::Place& place : table_.places) {
    auto found = tree_.find(place);
    if (!found) {
      fail(add_coverage(std::string(place.path)), found.error());
      continue;
    }
    for (evidence::File& file : *found) {
      const bool twice =
          std::any_of(files_.begin(), files_.end(), [&](const evidence::File& other) {
            return other.id == file.id && other.device_path == file.device_path;
          });
      if (!twice) files_.push_back(std::move(file));
    }
  }
}

/// The cursor of the next source that opens.
bool Scan::open_next() {
  for (; index_ < files_.size(); ++index_) {
    SourceCoverage& coverage = add_coverage(files_[index_].device_path);
    auto cursor = table_.open(Source(tree_, files_[index_], coverage.notes, wanted_), only_);
    if (cursor) {
      cursor_ = *std::move(cursor);
      return true;
    }
    fail(coverage, cursor.error());
  }
  return false;
}

void Scan::close() {
  cursor_.reset();
  ++index_;
}

SourceCoverage& Scan::add_coverage(std::string file) {
  coverage_.push_back(std::make_unique<SourceCoverage>());
  coverage_.back()->file = std::move(file);
  return *coverage_.back();
}

void Scan::fail(SourceCoverage& coverage, const Error& error) {
  coverage.error_code = error.code();
  coverage.error = error.what();
}

}  // namespace interdict::artefacts
