// For this room's tests: a log as text in, sightings as lines out.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "logs/run.hpp"

namespace interdict::logs::testing {

struct Outcome {
  std::vector<std::string> sightings;
  Coverage coverage;
  std::string error;

  [[nodiscard]] std::uint64_t skipped(Skip why) const {
    std::uint64_t sum = 0;
    for (const auto& file : coverage.files) sum += file.skipped[static_cast<std::size_t>(why)];
    return sum;
  }
  [[nodiscard]] std::uint64_t blind(std::string_view id) const {
    for (const auto& b : coverage.cannot_show) {
      if (b.id == id) return b.count;
    }
    return 0;
  }
};

/// "alice@x.example mail.send 2023-07-16T21:59:01 QID 1|ehlo=…|imap=…|eas=…|ua=…|Name: value|…"
inline std::string said(const Sighting& s) {
  auto out = fmt::format("{} {} {} {} {}", s.account, devices::name_of(s.channel),
                         iso8601(s.when).substr(0, 19), s.session, s.line);
  if (!s.seen.ehlo.empty()) out += fmt::format("|ehlo={}", s.seen.ehlo);
  if (!s.seen.imap_id.empty()) out += fmt::format("|imap={}", s.seen.imap_id);
  if (!s.seen.activesync_query.empty()) out += fmt::format("|eas={}", s.seen.activesync_query);
  if (!s.seen.user_agent.empty()) out += fmt::format("|ua={}", s.seen.user_agent);
  for (const auto& field : s.seen.headers) out += fmt::format("|{}: {}", field.name, field.value);
  return out;
}

inline Options work_accounts() {
  Options options;
  options.year = 2023;
  options.is_work = [](std::string_view account) {
    return account.ends_with("@work.example") || account.starts_with("WORK\\") ||
           account.find('@') == account.npos;
  };
  return options;
}

inline Outcome read_logs(const std::vector<std::string>& files, Options options = work_accounts()) {
  Outcome out;
  auto run =
      Run::begin(std::move(options), [&](const Sighting& s) { out.sightings.push_back(said(s)); });
  if (!run) {
    out.error = run.error().what();
    return out;
  }
  for (const auto& file : files) {
    const auto status = run->read(Input::of(file), "log");
    if (!status) out.error = status.error().what();
  }
  out.coverage = run->finish();
  return out;
}
inline Outcome read_log(const std::string& text, Options options = work_accounts()) {
  return read_logs({text}, std::move(options));
}

}  // namespace interdict::logs::testing
