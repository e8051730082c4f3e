// What a reader is given: one file of the evidence, and where to write down what was odd in it.

#include <algorithm>

#include "artefacts/table.hpp"
#include "base/text.hpp"
#include "formats/plist.hpp"

namespace interdict::artefacts {
namespace {

constexpr std::size_t kMaxSentence = 1000;  // bytes
constexpr std::string_view kOther = "for other reasons";

/// Sentences may quote the phone: cut, and with nothing in them that could drive a terminal.
std::string bounded(std::string_view sentence) {
  return printable(repair_utf8(sentence.substr(0, kMaxSentence)));
}

}  // namespace

void Notes::damaged_row(std::string_view reason) {
  ++damaged_rows;
  if (const auto known = reasons.find(reason); known != reasons.end()) {
    ++known->second;
    return;
  }
  // The last place is kept for all that come later.
  const bool full = reasons.size() + 1 >= kMaxSentences;
  ++reasons[full ? std::string(kOther) : bounded(reason)];
}

void Notes::note(std::string sentence) {
  if (sentences.size() >= kMaxSentences) return;
  sentence = bounded(sentence);
  if (std::find(sentences.begin(), sentences.end(), sentence) == sentences.end()) {
    sentences.push_back(std::move(sentence));
  }
}

Result<Bytes> Source::bytes() const {
  std::string odd;
  const auto content = TRY(tree_.open(file_, &odd));
  if (!odd.empty()) notes_.note(std::move(odd));
  return read_all(*content, plist::kMaxBytes);
}

Result<sqlite::Database> Source::database() const {
  std::string odd;
  auto files = TRY(tree_.open_database(file_, &odd));
  if (!odd.empty()) notes_.note(std::move(odd));
  return sqlite::Database::open_evidence(std::move(files));
}

}  // namespace interdict::artefacts
