// iis: the W3C extended log of IIS in front of Exchange: ActiveSync, EWS, Outlook on the web.
//
// The columns are what the last "#Fields:" line says; needed are a time ("time", with "date" or a
// "#Date:" line), cs-uri-stem and cs-username. Values hold no blanks: IIS writes '+' for them in
// cs(User-Agent), and '-' for nothing. Times are UTC.
// Source  W3C Extended Log File Format (WD-logfile); facts on device identification 3.6.

#include <algorithm>
#include <array>

#include "logs/reader.hpp"
#include "logs/web.hpp"

namespace interdict::logs {
namespace {

enum class Column : std::uint8_t { date, time, stem, query, user, agent, status, none };
constexpr std::size_t kColumns = 64;  // more are not looked at

Column column_of(std::string_view name) {
  constexpr std::array<std::string_view, 7> kNames{
      "date", "time", "cs-uri-stem", "cs-uri-query", "cs-username", "cs(User-Agent)", "sc-status"};
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  return static_cast<Column>(found - kNames.begin());
}

/// Calls f with each word of text, at most kColumns.
template <class F>
void each_word(std::string_view text, const F& f) {
  for (std::size_t n = 0; n < kColumns && !text.empty();) {
    const auto end = text.find(' ');
    if (end != 0) {
      f(n, text.substr(0, end));
      ++n;
    }
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
}

class Iis final : public Reader {
 public:
  explicit Iis(const Report& report)
      : requests_(report, {"iis/no-user", "iis/no-user-agent",
                           "requests without an authenticated user: the first answer of a "
                           "handshake, or a visitor"}) {}

  void begin_file(const FileContext& file) override {
    file_ = file;
    columns_.fill(Column::none);
    known_ = false;
    date_.clear();
    requests_.begin_file(file);
  }

  void line(const Line& line) override {
    if (!line.whole) return file_.skip(Skip::cut_off);
    if (line.text.empty()) return file_.skip(Skip::no_stamp);
    if (line.text[0] == '#') return directive(line.text);
    if (!known_) return file_.skip(Skip::unknown_form);
    request(line);
  }

  Status end_file() override { return ok(); }
  void finish() override { requests_.finish(); }

 private:
  void directive(std::string_view text) {
    ++file_.coverage->recognised;
    constexpr std::string_view kFields = "#Fields:", kDate = "#Date:";
    if (text.starts_with(kDate)) {
      date_.clear();
      each_word(text.substr(kDate.size()), [&](std::size_t n, std::string_view word) {
        if (n == 0 && word.size() == 10) date_ = word;
      });
    }
    if (!text.starts_with(kFields)) return;
    columns_.fill(Column::none);
    each_word(text.substr(kFields.size()), [&](std::size_t n, std::string_view word) {
      columns_[n] = column_of(word);
      if (columns_[n] != Column::none) needed_ = n + 1;
    });
    const auto has = [&](Column c) {
      return std::find(columns_.begin(), columns_.end(), c) != columns_.end();
    };
    known_ = has(Column::time) && has(Column::stem) && has(Column::user);
  }

  void request(const Line& line) {
    std::array<std::string_view, 8> value{};
    std::size_t words = 0;
    each_word(line.text, [&](std::size_t n, std::string_view word) {
      words = n + 1;
      if (word != "-") value[static_cast<std::size_t>(columns_[n])] = word;
    });
    const auto get = [&](Column c) { return value[static_cast<std::size_t>(c)]; };
    const auto when = time_of(get(Column::date), get(Column::time));
    if (!when) return file_.skip(Skip::no_stamp);
    if (words < needed_) return file_.skip(Skip::unknown_form);
    ++file_.coverage->recognised;
    const auto channel = requests_.channel_of(get(Column::stem));
    if (!channel) return;
    Request request;
    // A refused request names whom the client claimed to be.
    if (get(Column::status) != "401") request.account = get(Column::user);
    request.path = get(Column::stem);
    request.query = get(Column::query);
    agent_.assign(get(Column::agent));
    std::replace(agent_.begin(), agent_.end(), '+', ' ');
    request.user_agent = agent_;
    request.when = *when;
    request.line = line.number;
    requests_.see(request, *channel);
  }

  std::optional<UtcTime> time_of(std::string_view date, std::string_view time) {
    if (date.empty()) date = date_;
    if (date.size() != 10 || time.size() < 8 || time.size() > 18) return std::nullopt;
    std::array<char, 32> text{};
    std::copy(date.begin(), date.end(), text.begin());
    text[10] = 'T';
    std::copy(time.begin(), time.end(), text.begin() + 11);
    const auto stamp = parse_iso_stamp({text.data(), 11 + time.size()});
    if (!stamp || stamp->length != 11 + time.size()) return std::nullopt;
    return UtcTime{stamp->wall.micros};
  }

  FileContext file_;
  Requests requests_;
  std::array<Column, kColumns> columns_{};
  bool known_ = false;
  std::size_t needed_ = 0;  // words a line must have for our columns
  std::string date_, agent_;
};

bool looks_like_iis(std::string_view line) {
  return line.starts_with("#Fields:") || line.starts_with("#Software: Microsoft");
}

const RegisterKind kIisRegistered{
    {"iis", "W3C extended log of IIS: ActiveSync, EWS, Outlook on the web", looks_like_iis,
     [](const Report& report) -> std::unique_ptr<Reader> {
       return std::make_unique<Iis>(report);
     }}};

}  // namespace
}  // namespace interdict::logs
