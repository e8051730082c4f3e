#include "logs/run.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "logs/lines.hpp"

namespace interdict::logs {
namespace {

constexpr std::size_t kLooks = 200;  // lines looked at to find out the kind

/// Calls f with each whole line of text, at most kLooks; a last line without its end counts too
/// when it is the only one.
template <class F>
void each_line(std::string_view text, const F& f) {
  for (std::size_t n = 0; n < kLooks && !text.empty(); ++n) {
    const auto end = text.find('\n');
    if (end == text.npos && n > 0) return;
    auto line = text.substr(0, end);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    f(line);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
}

ClassicStamp stamp_of(std::string_view beginning) {
  ClassicStamp first;
  each_line(beginning, [&](std::string_view line) {
    if (first.month != 0) return;
    if (const auto stamp = parse_classic(line)) first = *stamp;
  });
  return first;
}

const Kind* kind_of(std::string_view beginning) {
  const Kind* best = nullptr;
  std::size_t most = 0;
  for (const Kind& kind : kinds()) {
    std::size_t count = 0;
    each_line(beginning, [&](std::string_view line) { count += kind.recognise(line) ? 1 : 0; });
    if (count > most) {
      most = count;
      best = &kind;
    }
  }
  return best;
}

std::string names_of_kinds() {
  std::string out;
  for (const Kind& kind : kinds()) out += fmt::format("{}{}", out.empty() ? "" : ", ", kind.name);
  return out;
}

}  // namespace

struct Run::State {
  Options options;
  Sink sink;
  Coverage coverage;
  const Kind* forced = nullptr;
  struct Active {
    const Kind* kind;
    std::unique_ptr<Reader> reader;
  };
  std::vector<Active> readers;

  Reader& reader(const Kind& kind) {
    for (auto& active : readers) {
      if (active.kind == &kind) return *active.reader;
    }
    readers.push_back({&kind, kind.make({&options, &sink, &coverage})});
    return *readers.back().reader;
  }
};

Run::Run(std::unique_ptr<State> state) : state_(std::move(state)) {}
Run::Run(Run&&) noexcept = default;
Run& Run::operator=(Run&&) noexcept = default;
Run::~Run() = default;

Result<Run> Run::begin(Options options, Sink sink) {
  auto state = std::make_unique<State>();
  if (!options.kind.empty()) {
    state->forced = find_kind(options.kind);
    if (state->forced == nullptr) {
      return Error{Errc::usage, fmt::format("no kind of log \"{}\": there are {}",
                                            printable(options.kind), names_of_kinds())};
    }
  }
  options.max_open = std::max<std::size_t>(options.max_open, 1);
  options.max_line = std::clamp<std::size_t>(options.max_line, 256, 16 << 20);
  state->options = std::move(options);
  state->sink = std::move(sink);
  return Run(std::move(state));
}

Status Run::read(Input input, std::string_view name, int year) {
  State& s = *state_;
  Lines lines(input, s.options.max_line);
  FileCoverage file;
  file.name = name;
  const auto beginning = lines.peek();
  // A gzip that is damaged from its first bytes has no lines to look at.
  if (!beginning) return Error{beginning.error().code(), beginning.error().what()}.within(name);
  if (beginning->empty()) {
    file.kind = "empty";
    s.coverage.files.push_back(std::move(file));
    return ok();
  }
  const Kind* kind = s.forced != nullptr ? s.forced : kind_of(*beginning);
  if (kind == nullptr) {
    return Error{Errc::unsupported,
                 fmt::format("none of the first lines is of a log we know; --kind says which of {}",
                             names_of_kinds())}
        .within(name);
  }
  if (year == 0) year = s.options.year;
  if (year == 0 && kind->classic && stamp_of(*beginning).month != 0) {
    return undated_error().within(name);
  }
  file.kind = kind->name;
  Reader& reader = s.reader(*kind);
  const auto index = static_cast<std::uint32_t>(s.coverage.files.size());
  reader.begin_file({index, year, &file});
  Line line;
  Status ended = ok();
  for (;;) {
    auto more = lines.next(line);
    if (!more) {
      if (more.error().code() == Errc::io)
        ended = std::move(more).error();
      else
        file.damage = more.error().what();
      break;
    }
    if (!*more) break;
    reader.line(line);
  }
  file.bytes = lines.bytes();
  file.lines = lines.count();
  file.skipped[static_cast<std::size_t>(Skip::too_long)] += lines.too_long();
  Status closed = reader.end_file();
  s.coverage.files.push_back(std::move(file));
  if (!ended) return std::move(ended).error().within(name);
  if (!closed) return std::move(closed).error().within(name);
  return ok();
}

const Coverage& Run::finish() {
  for (auto& active : state_->readers) active.reader->finish();
  return state_->coverage;
}

ClassicStamp first_stamp(Input input) {
  Lines lines(input, 64U << 10);
  const auto beginning = lines.peek();
  return beginning ? stamp_of(*beginning) : ClassicStamp{};
}

}  // namespace interdict::logs
