// What every fuzz target of a log kind checks: whatever the bytes, only work accounts come out, all
// counts add up, and nothing of a session outgrows its bounds.

#pragma once

#include <cstdlib>
#include <string>

#include "base/bytes.hpp"
#include "logs/run.hpp"

namespace interdict::fuzzing {

inline void read_as(std::string_view kind, const std::uint8_t* data, std::size_t size) {
  const auto text = text_of(std::as_bytes(std::span(data, size)));
  logs::Options options;
  options.year = 2023;
  options.kind = kind;
  options.max_open = 4;
  options.max_line = 512;
  options.is_work = [](std::string_view account) { return account.find('x') == account.npos; };
  std::uint64_t sightings = 0;
  auto run = logs::Run::begin(std::move(options), [&](const logs::Sighting& s) {
    ++sightings;
    if (s.account.empty() || s.account.size() > logs::kAccountLimit) std::abort();
    if (s.account.find('x') != s.account.npos || s.line == 0) std::abort();
    if (s.seen.headers.size() > 12 || s.file > 1) std::abort();
    std::size_t said = s.seen.ehlo.size() + s.seen.imap_id.size();
    for (const auto& field : s.seen.headers) said += field.name.size() + field.value.size();
    if (said > 4096) std::abort();
  });
  if (!run) std::abort();
  // The same bytes twice: a second file goes on with the sessions of the first.
  for (int i = 0; i < 2; ++i) {
    const auto status = run->read(logs::Input::of(std::string(text)), "log");
    if (!status && status.error().code() == Errc::io) std::abort();
  }
  const auto& coverage = run->finish();
  if (coverage.sightings != sightings) std::abort();
  for (const auto& file : coverage.files) {
    if (file.recognised > file.lines) std::abort();
  }
}

}  // namespace interdict::fuzzing
