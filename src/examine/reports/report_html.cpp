// report.html: the answer for a person. One self-contained file: no script, no request, readable
// without knowing the field, printable, light and dark.
//
// Order  what was found, what that means, what to do now; then the findings with their evidence;
//        then what was not seen, at the same loudness; then how it was done.
// Safety every text from the phone is escaped, control and bidirectional characters made visible.

#include <fmt/format.h>

#include "base/text.hpp"
#include "examine/reports/words.hpp"

namespace interdict::examine {
namespace report_html {

constexpr std::string_view kStyle = R"css(
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#57606a;--paper:#fff;--sheet:#f6f8fa;--line:#d0d7de;
--red:#b3261e;--amber:#8a5a00;--blue:#0b57a4;--green:#1a6b34;--grey:#57606a}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9aa5b1;--paper:#0f1318;--sheet:#171c23;
--line:#343c46;--red:#ff8a80;--amber:#f0b849;--blue:#79b8ff;--green:#7ed996;--grey:#9aa5b1}}
*{box-sizing:border-box}
body{margin:0 auto;padding:2rem 1.2rem 4rem;max-width:62rem;background:var(--paper);color:var(--ink);
font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
h1{font-size:1.05rem;margin:0 0 1.2rem;color:var(--soft);font-weight:600}
h2{font-size:1.25rem;margin:2.4rem 0 .8rem}
h3{font-size:1.05rem;margin:0 0 .3rem}
p{margin:.35rem 0}
.verdict{border:1px solid var(--line);border-left:.5rem solid var(--tone);background:var(--sheet);
padding:1.1rem 1.3rem;border-radius:.4rem}
.verdict strong{display:block;font-size:1.7rem;line-height:1.2;color:var(--tone);margin-bottom:.4rem}
.card{border:1px solid var(--line);border-left:.35rem solid var(--tone);border-radius:.4rem;
padding:.9rem 1.1rem;margin:.8rem 0;break-inside:avoid-page}
.tag{display:inline-block;font-size:.78rem;font-weight:600;color:var(--tone);border:1px solid var(--tone);
border-radius:1rem;padding:.05rem .6rem;margin-right:.5rem;vertical-align:.1rem}
.red{--tone:var(--red)}.amber{--tone:var(--amber)}.blue{--tone:var(--blue)}
.green{--tone:var(--green)}.grey{--tone:var(--grey)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:.6rem 0}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;vertical-align:top;padding:.35rem .6rem .35rem 0;border-bottom:1px solid var(--line)}
th{color:var(--soft);font-weight:600}
td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td.t{white-space:nowrap;font-variant-numeric:tabular-nums}
code{font:.86em/1.4 ui-monospace,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
details{margin:.5rem 0}summary{cursor:pointer;color:var(--blue)}
ul,ol{margin:.4rem 0;padding-left:1.4rem}
footer{margin-top:3rem;padding-top:.8rem;border-top:1px solid var(--line);color:var(--soft);font-size:.86rem}
@media print{body{max-width:none;padding:0;font-size:10.5pt}details>*{display:block}summary{display:none}}
)css";

/// Text from anywhere, safe inside an element or a quoted attribute.
std::string esc(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string_view tone(Verdict verdict) {
  switch (verdict) {
    case Verdict::compromised:
      return "red";
    case Verdict::suspicious:
      return "amber";
    case Verdict::inconclusive:
      return "grey";
    case Verdict::no_trace_found:
      break;
  }
  return "green";
}

std::string_view tone(FindingKind kind) {
  switch (kind) {
    case FindingKind::compromise:
      return "red";
    case FindingKind::attempt:
    case FindingKind::exposure:
      return "amber";
    case FindingKind::weakness:
      return "blue";
    case FindingKind::note:
      break;
  }
  return "grey";
}

std::string_view tone(CoverageState state) {
  switch (state) {
    case CoverageState::parsed:
      return "green";
    case CoverageState::partial:
    case CoverageState::absent_unexpectedly:
      return "amber";
    case CoverageState::unreadable:
      return "red";
    case CoverageState::absent_as_expected:
      break;
  }
  return "grey";
}

std::string moment(const std::optional<UtcTime>& time) {
  return time ? iso8601_spaced(*time).substr(0, 19) + " UTC" : std::string("not known");
}

/// "<dt>name</dt><dd>value</dd>", or nothing for an empty value.
std::string term(std::string_view name, std::string_view value) {
  return value.empty() ? std::string() : fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, esc(value));
}

std::string list(std::string_view tag, const std::vector<std::string>& items) {
  std::string out = fmt::format("<{}>\n", tag);
  for (const auto& item : items) out += fmt::format("<li>{}</li>\n", esc(item));
  return out + fmt::format("</{}>\n", tag);
}

std::string where(const Locator& l) {
  std::string out = fmt::format("<code>{}</code>", esc(l.file));
  if (!l.table.empty()) out += fmt::format(" table {}, row {}", esc(l.table), l.rowid);
  if (!l.key_path.empty()) out += fmt::format(" at <code>{}</code>", esc(l.key_path));
  return out;
}

std::string rows(const Finding& f) {
  if (f.rows.empty()) return {};
  std::string out = fmt::format(
      "<details{}><summary>{} of {} rows that show it</summary><div class=\"scroll\"><table>"
      "<tr><th>Time (UTC)</th><th>What</th><th>Where</th></tr>\n",
      f.rows.size() <= 5 ? " open" : "", f.rows.size(), f.count);
  for (const auto& row : f.rows) {
    const auto value = row.column.empty()
                           ? std::string(esc(row.locator.artefact))
                           : fmt::format("{} <code>{}</code>{}", esc(row.column), esc(row.value),
                                         row.truncated ? " (name cut at 16 bytes)" : "");
    out +=
        fmt::format("<tr><td class=\"t\">{}</td><td>{}</td><td>{}</td></tr>\n",
                    row.at ? iso8601_spaced(*row.at).substr(0, 19) : "", value, where(row.locator));
  }
  return out + "</table></div></details>\n";
}

std::string card(const Finding& f) {
  std::string out =
      fmt::format("<article class=\"card {}\"><h3><span class=\"tag\">{}</span>{}</h3>\n",
                  tone(f.kind), name_of(f.kind), esc(f.title));
  out += fmt::format("<p>{}</p>\n<dl>\n", esc(f.summary));
  out += term("Means", meaning_of(f.kind));
  out += term("Attributed to", f.families);
  if (f.first_seen) {
    const auto last =
        f.last_seen && f.last_seen != f.first_seen ? " to " + moment(f.last_seen) : "";
    out += term("Seen", moment(f.first_seen) + last);
  }
  if (f.indicator) {
    out += term("Indicator",
                fmt::format("{} {}", indicators::name_of(f.indicator->type), f.indicator->value));
  }
  if (!f.rule_id.empty())
    out += term("Detection", fmt::format("{} version {}", f.rule_id, f.rule_version));
  out += term("Could also be", f.benign) + term("Check next", f.next);
  out += term("Known false alarms", f.baseline) + term("Published", f.sources);
  return out + "</dl>\n" + rows(f) + "</article>\n";
}

std::string findings(const Report& r) {
  std::string out = fmt::format("<h2>Findings ({})</h2>\n", r.findings.size());
  if (r.findings.empty()) out += "<p>None.</p>\n";
  for (const auto& f : r.findings) out += card(f);
  return out;
}

std::string coverage(const Report& r) {
  std::string out = "<h2>What was read, and what was not</h2>\n";
  out += fmt::format("<p>{}. A store that was not read cannot show a trace.</p>\n",
                     esc(coverage_line(r)));
  out +=
      "<div class=\"scroll\"><table><tr><th>Store</th><th>What it tells</th><th>State</th>"
      "<th>Rows</th><th>Remarks</th></tr>\n";
  for (const auto& e : r.coverage) {
    std::vector<std::string> remarks;
    if (!e.why.empty()) remarks.push_back(e.why);
    for (const auto& s : e.sources) {
      for (const auto& note : s.notes) {
        if (remarks.size() < 8) remarks.push_back(note);
      }
    }
    std::string text;
    for (const auto& remark : remarks) text += fmt::format("<div>{}</div>", esc(remark));
    out += fmt::format(
        "<tr><td><code>{}</code>{}</td><td>{}</td><td class=\"{}\"><span "
        "class=\"tag\">{}</span></td>"
        "<td class=\"n\">{}</td><td>{}</td></tr>\n",
        esc(e.table->id), e.table->core ? " <b>core</b>" : "", esc(e.table->summary), tone(e.state),
        name_of(e.state), e.rows, text);
  }
  out += "</table></div>\n";
  out += fmt::format(
      "<p>The backup lists {} files; {} are not in the folder, {} are empty, {} are cut "
      "short.</p>\n",
      r.files_listed, r.files_missing, r.files_empty, r.files_truncated);
  if (!r.evidence_notes.empty()) out += list("ul", r.evidence_notes);
  if (!r.errors.empty()) out += "<h3>What went wrong</h3>\n" + list("ul", r.errors);
  return out;
}

std::string rules(const Report& r) {
  std::string out = "<h3>Detections run</h3><ul>\n";
  for (const auto& rule : r.rules) {
    std::string tail = fmt::format(": {} findings", rule.findings);
    if (!rule.error.empty()) tail = ": could not run: " + rule.error;
    for (const auto& blind : rule.blind) tail += "; saw nothing of " + blind;
    out += fmt::format("<li><code>{}</code> version {}{}</li>\n", esc(rule.id), esc(rule.version),
                       esc(tail));
  }
  return out + "</ul>\n";
}

std::string method(const Report& r) {
  std::string out = "<h2>How this was done</h2>\n<dl>\n";
  out += term("Device", device_line(r)) + term("Name", r.device.device_name);
  out += term("Serial number", r.device.serial_number) + term("Paths", r.device.path_convention);
  out += "</dl>\n" + rules(r);
  out += "<h3>Indicators</h3>\n";
  out += r.indicator_files.empty() ? "<p>None were given: only behaviour was examined.</p>\n"
                                   : fmt::format("<p>{}.</p>\n", esc(indicator_line(r)));
  std::vector<std::string> files;
  files.reserve(r.indicator_files.size());
  for (const auto& f : r.indicator_files) {
    files.push_back(fmt::format("{}: {} indicators, SHA-256 {}", f.name, f.indicators, f.sha256));
  }
  if (!files.empty()) out += list("ul", files);
  if (!r.not_evaluated.empty()) {
    out += fmt::format("<details><summary>{} patterns that were not evaluated</summary>\n",
                       r.not_evaluated.size());
    std::vector<std::string> entries;
    entries.reserve(r.not_evaluated.size());
    for (const auto& n : r.not_evaluated) {
      entries.push_back(fmt::format("{}: {} ({})", n.file, n.pattern, n.why));
    }
    out += list("ul", entries) + "</details>\n";
  }
  return out + "<h3>How the reading was confined</h3>\n" + list("ul", r.sandbox);
}

Status write(const Report& r, const std::function<Status(std::string_view)>& sink) {
  TRY(
      sink(fmt::format("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
                       "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                       "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                       "style-src 'unsafe-inline'\">\n"
                       "<title>Interdict: {}</title>\n<style>{}</style></head>\n<body>\n",
                       name_of(r.verdict), kStyle)));
  TRY(sink(fmt::format("<h1>Examination of {}</h1>\n", esc(device_line(r)))));
  std::string headline(name_of(r.verdict));
  headline[0] = static_cast<char>(headline[0] - 'a' + 'A');
  TRY(sink(fmt::format("<section class=\"verdict {}\"><strong>{}</strong><p>{}</p></section>\n",
                       tone(r.verdict), headline, esc(verdict_sentence(r)))));
  TRY(sink("<h2>What to do now</h2>\n" + list("ol", next_steps(r))));
  TRY(sink(findings(r)));
  TRY(sink(coverage(r)));
  TRY(sink(method(r)));
  return sink(fmt::format("<footer>{} · started {} · {:.2f} s · {}</footer>\n</body></html>\n",
                          esc(r.run.program), moment(r.run.started), r.run.seconds,
                          esc(r.run.evidence_path)));
}

constexpr Output kOutput{.file_name = "report.html", .write = write};
const RegisterOutput kRegistered{kOutput};

}  // namespace report_html
}  // namespace interdict::examine
