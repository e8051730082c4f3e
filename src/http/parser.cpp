#include "http/parser.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "base/text.hpp"

namespace interdict::http {
namespace beast = boost::beast;
using beast::error_code;
using beast::string_view;

namespace {

std::string_view ours(string_view text) { return {text.data(), text.size()}; }

Refusal refusal_of(const error_code& code) {
  using beast::http::error;
  // Names for what a person can mend; the rest is one word.
  if (code == error::bad_version) return {505, "neither HTTP/1.0 nor HTTP/1.1"};
  if (code == error::bad_transfer_encoding || code == error::multiple_content_length) {
    return {400, "more than one length of the body"};
  }
  if (code == error::bad_content_length) return {400, "a Content-Length that is no number"};
  return {400, "not a request of HTTP/1.1"};
}

/// Beast calls back for every part; the request is filled without a container of Beast's. Bodies
/// are not its business: body.hpp says why.
class Grammar final : public beast::http::basic_parser<true> {
 public:
  explicit Grammar(Request& request) : request_(request) {}
  std::optional<Refusal> refusal;  // our own, behind Beast's error

 private:
  void on_request_impl(beast::http::verb, string_view method, string_view target, int version,
                       error_code& error) override {
    const auto known = method_of(ours(method));
    if (!known) {
      refusal = Refusal{501, "a method that is not served"};
      error = beast::http::error::bad_method;
      return;
    }
    request_.method = *known;
    request_.target = ours(target);
    request_.http_1_0 = version == 10;
  }
  void on_field_impl(beast::http::field, string_view name, string_view value,
                     error_code&) override {
    request_.headers.add(ours(name), ours(value));
  }
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view, error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view, error_code&) override { return 0; }
  void on_finish_impl(error_code&) override {}

  Request& request_;
};

}  // namespace

std::optional<Refusal> parse_head(std::string_view head, const HeadLimits& limits,
                                  ParsedHead& out) {
  Grammar grammar(out.request);
  grammar.body_limit(boost::none);  // the route knows
  grammar.header_limit(static_cast<std::uint32_t>(head.size() + 1));
  error_code error;
  const auto used = grammar.put({head.data(), head.size()}, error);
  if (error) return grammar.refusal ? *grammar.refusal : refusal_of(error);
  if (used != head.size() || !grammar.is_header_done()) {
    return Refusal{400, "not a request of HTTP/1.1"};
  }
  if (auto refused = check_target(out.request.target, limits)) return refused;
  if (auto refused = check_fields(out.request)) return refused;
  out.chunked = grammar.chunked();
  out.length = grammar.content_length().value_or(0);
  out.keep_alive = grammar.keep_alive();
  out.expects_continue = !out.request.http_1_0 && out.request.headers.find("expect").has_value();
  return {};
}

}  // namespace interdict::http
