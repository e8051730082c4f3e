#include "examine/wording.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.hpp"

namespace interdict::examine {
namespace {

using indicators::Indicator;
using indicators::Type;

constexpr std::size_t kLongestValue = 120;   // in a title
constexpr std::size_t kMostCollections = 3;  // in a title; `families` has all

std::string_view noun(Type type) {
  switch (type) {
    case Type::domain:
      return "Internet name";
    case Type::ip:
      return "Internet address";
    case Type::url:
      return "Link";
    case Type::email:
      return "Mail or account address";
    case Type::process:
      return "Program";
    case Type::file_name:
      return "File name";
    case Type::file_path:
      return "File";
    case Type::app_id:
      return "App";
    case Type::md5:
    case Type::sha1:
    case Type::sha256:
      return "File with the fingerprint";
    case Type::cert_sha256:
      return "Signing certificate";
    case Type::profile_id:
      return "Configuration profile";
    case Type::property:
      return "System property";
  }
  return "Value";
}

std::string shown(std::string_view value) {
  auto text = printable(value);
  if (text.size() <= kLongestValue) return text;
  std::size_t end = kLongestValue;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "\u2026";
}

std::string listed_as(const Indicator& indicator) {
  const auto& all = indicator.collections;
  if (all.empty()) return "listed in the indicators given";
  const auto named = std::min(all.size(), kMostCollections);
  auto text = fmt::format("listed as {}", fmt::join(all.begin(), all.begin() + named, ", "));
  if (all.size() > named) text += fmt::format(" and {} more", all.size() - named);
  return text;
}

std::string moment(UtcTime time) { return iso8601_spaced(time).substr(0, 19) + " UTC"; }

std::string times(const Finding& finding) {
  if (!finding.first_seen || !finding.last_seen) return {};
  if (finding.first_seen == finding.last_seen) return ", at " + moment(*finding.first_seen);
  return fmt::format(", first at {}, last at {}", moment(*finding.first_seen),
                     moment(*finding.last_seen));
}

std::string_view meaning_of_kind(FindingKind kind) {
  switch (kind) {
    case FindingKind::compromise:
      return "It means that this code ran on the phone or was planted on it.";
    case FindingKind::attempt:
      return "It means that an attack reached the phone; whether it succeeded is not shown by "
             "this.";
    case FindingKind::exposure:
      return "It means that the phone was in contact with it, not that the phone was infected.";
    case FindingKind::weakness:
      return "It makes the phone easier to attack.";
    case FindingKind::note:
      break;
  }
  return "On its own it means nothing; it is told for the sake of completeness.";
}

bool truncated_only(const Finding& finding) {
  for (const auto& row : finding.rows) {
    if (!row.truncated) return false;
  }
  return !finding.rows.empty();
}

}  // namespace

std::string title_of(const Indicator& indicator, const artefacts::Table& table) {
  return fmt::format("{} {}, {}, was seen in: {}", noun(indicator.type), shown(indicator.value),
                     listed_as(indicator), table.summary);
}

std::string summary_of(const Finding& finding, const artefacts::Table& table) {
  auto text = fmt::format("{} {} of {}{}.", finding.count, finding.count == 1 ? "row" : "rows",
                          table.id, times(finding));
  if (truncated_only(finding)) {
    text += " The phone keeps only the first 16 letters of a program's name; those are the same.";
  }
  text += fmt::format(" {}", meaning_of_kind(finding.kind));
  const auto& files = finding.indicator->files;
  if (!files.empty()) text += fmt::format(" Listed in {}.", fmt::join(files, ", "));
  return text;
}

std::string benign_causes(Type type) {
  switch (type) {
    case Type::domain:
    case Type::ip:
    case Type::url:
      return "Reading about it, research, a link that was shown but not opened, or a name or "
             "address "
             "that has changed hands since it was listed.";
    case Type::email:
      return "Mail from or about it that was never answered, or an account that was taken over.";
    case Type::process:
      return "A harmless program of the same name; check its path and bundle where they are known.";
    case Type::file_name:
    case Type::file_path:
      return "A harmless file of the same name; look at its content and at who made it.";
    case Type::app_id:
      return "An app that the owner or the employer installed knowingly.";
    case Type::md5:
    case Type::sha1:
    case Type::sha256:
      return "A copy of the listed file kept for research; otherwise none known.";
    case Type::cert_sha256:
      return "Other software by the same signer.";
    case Type::profile_id:
      return "A profile that the employer installed knowingly.";
    case Type::property:
      return "Other software that uses the same name.";
  }
  return "None known.";
}

std::string what_next(FindingKind kind, Type type) {
  switch (kind) {
    case FindingKind::compromise:
      return "Stop using the phone for anything confidential, but do not restart, update or reset "
             "it. "
             "Keep this backup, take a sysdiagnose, and bring both to a forensic laboratory.";
    case FindingKind::attempt:
      return "Do not open the message or link. Look in the timeline for what happened in the "
             "minutes "
             "after it, and have the phone examined with a sysdiagnose as well.";
    case FindingKind::exposure:
      return type == Type::app_id || type == Type::profile_id
                 ? "Ask the owner who installed it and when; look in the timeline around that time."
                 : "Ask the owner whether and why it was visited; look in the timeline for "
                   "crashes, new "
                   "programs or other listed names shortly afterwards.";
    case FindingKind::weakness:
      return "Remove the weakness once the evidence is safe.";
    case FindingKind::note:
      break;
  }
  return "Nothing by itself; read it together with the other findings.";
}

}  // namespace interdict::examine
