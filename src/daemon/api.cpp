#include "daemon/api.hpp"

#include <array>
#include <vector>

#include <fmt/format.h>

#include "base/json_writer.hpp"
#include "daemon/daemon.hpp"
#include "devices/json_objects.hpp"
#include "gate/auth_request.hpp"
#include "gate/dovecot_policy.hpp"
#include "policy/explain.hpp"

namespace interdict::daemon {
namespace {

using http::Request;
using http::Response;

constexpr std::size_t kMaxBody = 64 << 10;
constexpr std::size_t kMaxRows = 10'000;  // of one answer

using Members = std::vector<std::pair<std::string, std::string>>;
/// A body that is one flat JSON object.
Result<Members> members_of(std::string_view body) {
  Members out;
  TRY(devices::read_json_object(body, [&](std::span<const devices::JsonMember> members) {
    for (const auto& m : members) out.emplace_back(m.name, m.value);
    return ok();
  }));
  return out;
}
std::string_view member(const Members& members, std::string_view name) {
  for (const auto& [key, value] : members) {
    if (key == name) return value;
  }
  return {};
}

/// What was seen, of the same names as the JSON lines of logs; views into `members`.
devices::Observed observed_of(const Members& members, std::vector<devices::Field>& headers) {
  constexpr std::string_view kHeader = "header.";
  devices::Observed seen;
  seen.ehlo = member(members, "ehlo");
  seen.imap_id = member(members, "imap_id");
  seen.user_agent = member(members, "user_agent");
  seen.activesync_query = member(members, "activesync_query");
  seen.activesync_model = member(members, "activesync_model");
  seen.activesync_os = member(members, "activesync_os");
  seen.certificate_subject = member(members, "certificate_subject");
  for (const auto& [key, value] : members) {
    if (key.starts_with(kHeader)) {
      headers.push_back({std::string_view(key).substr(kHeader.size()), value});
    }
  }
  seen.headers = headers;
  return seen;
}

Response bad(const Error& why) { return http::failure(400, why.what()); }

Response dovecot(const Api& api, const Request& request) {
  const auto query = http::parse_form(request.query());
  if (!query) return bad(query.error());
  const auto command = http::find(*query, "command").value_or("");
  auto answer = gate::dovecot::answer(command, request.body, api.judge);
  return answer ? Response::json(200, *answer) : bad(answer.error());
}

Response auth_request(const Api& api, const Request& request) {
  std::vector<devices::Field> fields;
  fields.reserve(request.headers.size());
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    fields.push_back({request.headers[i].name, request.headers[i].value});
  }
  const auto answer = gate::auth_request::ask(fields, api.config.auth_request, api.judge);
  auto response = Response::text(answer.status, answer.text);
  response.headers.emplace_back("X-Idict-Decision", answer.decision);
  if (!answer.text.empty()) response.headers.emplace_back("X-Idict-Text", answer.text);
  return response;
}

Response decide(const Api& api, const Request& request) {
  const auto* policy = api.keeper.policy();
  if (policy == nullptr) return http::failure(503, "no policy is loaded");
  const auto members = members_of(request.body);
  if (!members) return bad(members.error());
  const auto channel = devices::channel_from_name(member(*members, "channel"));
  if (!channel) return http::failure(400, "channel is mail.send, mail.read, sync or web");
  auto at = now();
  if (const auto text = member(*members, "at"); !text.empty()) {
    const auto parsed = parse_iso8601(text);
    if (!parsed) return http::failure(400, "at is no time like 2023-07-17T00:00:00Z");
    at = *parsed;
  }
  std::vector<devices::Field> headers;
  const auto claim = devices::identify(observed_of(*members, headers));
  const auto explanation = policy::explain(*policy, member(*members, "account"),
                                           policy::standings(policy->ban(), claim), *channel, at);
  const auto language = member(*members, "language");
  return Response::json(200,
                        policy::json(*policy, explanation, language.empty() ? "en" : language));
}

Response identify(const Request& request) {
  const auto members = members_of(request.body);
  if (!members) return bad(members.error());
  std::vector<devices::Field> headers;
  const auto claim = devices::identify(observed_of(*members, headers));
  JsonWriter out;
  out.begin_object();
  out.member("vendor", devices::name_of(claim.position.vendor));
  out.member("family", devices::name_of(claim.position.family));
  out.member("line", devices::name_of(claim.position.line));
  out.member("os", devices::name_of(claim.position.os));
  out.member("model", claim.position.model);
  out.member("version", devices::to_string(claim.position.os_version));
  out.member("build", devices::to_string(claim.position.build));
  out.key("grades").begin_object();
  for (std::size_t i = 0; i < devices::kLevels; ++i) {
    out.member(devices::name_of(static_cast<devices::Level>(i)),
               devices::name_of(devices::grade_of(claim.against_interest[i])));
  }
  out.end_object();
  out.member("forged", claim.forged);
  out.key("evidence").begin_array();
  for (const auto& e : claim.evidence) out.string(e.id);
  out.end_array();
  out.key("contradictions").begin_array();
  for (const auto& c : claim.contradictions) out.string(c.text);
  out.end_array();
  out.end_object();
  return Response::json(200, out.take());
}

Response health(const Api& api) {
  const auto* policy = api.keeper.policy();
  const auto error = api.policy_error();
  JsonWriter out;
  out.begin_object();
  out.member("status", policy == nullptr ? "no policy" : error.empty() ? "ok" : "old policy");
  if (policy != nullptr) out.member("policy", policy->digest_text());
  if (!error.empty()) out.member("policy_error", error);
  out.member("mode", api.config.gate.mode == gate::Mode::act ? "act" : "observe");
  out.member("ledger_error", api.ledger.metrics().last_error);
  out.end_object();
  return Response::json(policy == nullptr ? 503 : 200, out.take());
}

Response metrics(const Api& api) {
  const auto& gate = api.keeper.counts();
  const auto ledger = api.ledger.metrics();
  std::string out;
  const auto counter = [&](std::string_view name, std::string_view help, std::uint64_t value) {
    out += fmt::format("# HELP {0} {1}\n# TYPE {0} counter\n{0} {2}\n", name, help, value);
  };
  out +=
      "# HELP interdict_decisions_total what the policy asked for\n"
      "# TYPE interdict_decisions_total counter\n";
  for (std::size_t i = 0; i < policy::kActions; ++i) {
    out += fmt::format("interdict_decisions_total{{action=\"{}\"}} {}\n",
                       policy::name_of(static_cast<policy::Action>(i)), gate.by_action[i]);
  }
  counter("interdict_outside_total", "requests of no work account", gate.outside);
  counter("interdict_remembered_total", "decided by what was remembered", gate.by_memory);
  counter("interdict_compromised_total", "decided on a compromised phone", gate.compromised);
  counter("interdict_unjudged_total", "no memory for the claim", gate.claims_refused);
  counter("interdict_ledger_rows_total", "rows stored", ledger.rows_stored);
  counter("interdict_ledger_shed_total", "records kept as a count only", ledger.shed_whole);
  counter("interdict_ledger_shed_detail_total", "records without model and build",
          ledger.shed_detail);
  counter("interdict_ledger_failed_commits_total", "transactions that failed",
          ledger.failed_commits);
  counter("interdict_notices_total", "notices given", ledger.notices_given);
  out += fmt::format(
      "# HELP interdict_policy_stale the last change of the ban could not be used\n"
      "# TYPE interdict_policy_stale gauge\ninterdict_policy_stale {}\n",
      api.policy_error().empty() ? 0 : 1);
  out += api.metrics();
  auto response = Response::text(200, out);
  return std::move(response).with("Cache-Control", "no-store");
}

Response sightings(const Api& api, const Request& request) {
  const auto query = http::parse_form(request.query());
  if (!query) return bad(query.error());
  ledger::SightingFilter filter;
  if (const auto person = http::find(*query, "person")) filter.person = std::string(*person);
  JsonWriter out;
  std::size_t rows = 0;
  out.begin_array();
  const auto read = api.ledger.each_sighting(filter, [&](const ledger::SightingRow& row) {
    out.begin_object();
    out.member("person", row.person);
    out.member("device", ledger::device_key(row.position));
    out.member("build", devices::to_string(row.position.build));
    out.member("grade", devices::name_of(row.grade));
    out.member("channel", devices::name_of(row.channel));
    out.member("first", iso8601(row.first));
    out.member("last", iso8601(row.last));
    out.member("count", row.count);
    out.end_object();
    return ++rows < kMaxRows;
  });
  out.end_array();
  return read ? Response::json(200, out.take()) : http::failure(503, read.error().what());
}

Response examinations(const Api& api) {
  JsonWriter out;
  std::size_t rows = 0;
  out.begin_array();
  const auto read = api.ledger.each_examination({}, [&](const ledger::ExaminationRow& row) {
    out.begin_object();
    out.member("id", row.id);
    out.member("serial", row.examination.serial);
    out.member("product_type", row.examination.product_type);
    out.member("verdict", ledger::name_of(row.examination.verdict));
    out.member("examined_at", iso8601(row.examination.examined_at));
    out.member("person", row.person);
    out.member("withdrawn", row.withdrawn.has_value());
    out.end_object();
    return ++rows < kMaxRows;
  });
  out.end_array();
  return read ? Response::json(200, out.take()) : http::failure(503, read.error().what());
}

void add_examination(const Api& api, const Request& request, const http::Reply& reply) {
  const auto members = members_of(request.body);
  if (!members) return void(reply.send(bad(members.error())));
  const auto verdict = ledger::examination_verdict_from_name(member(*members, "verdict"));
  const auto at = parse_iso8601(member(*members, "examined_at"));
  if (!verdict || !at)
    return void(reply.send(http::failure(400, "verdict and examined_at are needed")));
  const ledger::Examination examination{
      .serial = std::string(member(*members, "serial")),
      .product_type = std::string(member(*members, "product_type")),
      .build = std::string(member(*members, "build")),
      .verdict = *verdict,
      .examined_at = *at,
      .report_digest = std::string(member(*members, "report_digest")),
      .owner = std::string(member(*members, "owner"))};
  // Answered by the ledger's thread, after its commit.
  const auto asked = api.ledger.add(examination, [reply](Result<ledger::ExaminationId> id) {
    if (!id) return void(reply.send(http::failure(503, id.error().what())));
    JsonWriter out;
    out.begin_object();
    out.member("id", *id);
    out.end_object();
    reply.send(Response::json(201, out.take()));
  });
  if (!asked) reply.send(http::failure(503, asked.error().what()));
}

/// Patterns are constants: one that cannot be added is a mistake in this file.
void must(Status status) {
  if (!status) throw std::logic_error(status.error().what());
}

void add_public(http::Router& router, const Api& api) {
  using http::Method;
  const http::RouteOptions small{.max_body = kMaxBody};
  must(router.add(
      Method::post, "/dovecot", [api](const Request& r) { return dovecot(api, r); }, small));
  for (const auto method : {Method::get, Method::post, Method::put, Method::options}) {
    must(router.add(method, "/auth-request",
                    [api](const Request& r) { return auth_request(api, r); }));
  }
  must(router.add(
      Method::post, "/v1/decide", [api](const Request& r) { return decide(api, r); }, small));
  must(router.add(
      Method::post, "/v1/identify", [](const Request& r) { return identify(r); }, small));
  must(router.add(Method::get, "/v1/health", [api](const Request&) { return health(api); }));
  must(router.add(Method::get, "/metrics", [api](const Request&) { return metrics(api); }));
}

}  // namespace

http::Router public_pages(const Api& api) {
  http::Router router;
  add_public(router, api);
  return router;
}

http::Router control_pages(const Api& api) {
  using http::Method;
  http::Router router;
  add_public(router, api);
  must(router.add(Method::get, "/v1/sightings",
                  [api](const Request& r) { return sightings(api, r); }));
  must(router.add(Method::get, "/v1/examinations",
                  [api](const Request&) { return examinations(api); }));
  must(router.add_later(
      Method::post, "/v1/examinations",
      [api](const Request& r, const http::Reply& reply) { add_examination(api, r, reply); },
      {.max_body = kMaxBody}));
  must(router.add(Method::post, "/v1/reload", [api](const Request&) {
    api.reload();
    return Response::json(202, "{}");
  }));
  return router;
}

}  // namespace interdict::daemon
