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
  // Names of what a person can mend; the rest is one word.
  if (code == error::header_limit) return {431, "the head is too long"};
  if (code == error::body_limit) return {413, "the body is too long"};
  if (code == error::bad_version) return {505, "neither HTTP/1.0 nor HTTP/1.1"};
  if (code == error::bad_transfer_encoding) return {400, "more than one length of the body"};
  if (code == error::bad_content_length) return {400, "a Content-Length that is no number"};
  if (code == error::multiple_content_length) return {400, "more than one length of the body"};
  if (code == error::bad_chunk || code == error::bad_chunk_extension) {
    return {400, "a chunk that is none"};
  }
  return {400, "not a request of HTTP/1.1"};
}

}  // namespace

/// Beast calls back for every part; the request is filled without a container of Beast's.
class Parser::Grammar final : public beast::http::basic_parser<true> {
 public:
  Request request;
  std::optional<Refusal> refusal;  // our own, behind Beast's error

  void refuse(error_code& error, Refusal why) {
    refusal = why;
    error = beast::http::error::bad_value;
  }

 private:
  void on_request_impl(beast::http::verb, string_view method, string_view target, int version,
                       error_code& error) override {
    const auto known = method_of(ours(method));
    if (!known) return refuse(error, {501, "a method that is not served"});
    request.method = *known;
    request.target = ours(target);
    request.http_1_0 = version == 10;
  }
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_field_impl(beast::http::field, string_view name, string_view value,
                     error_code&) override {
    // Trailers come here too. They arrive after the decisions that fields are for, so they are
    // dropped (RFC 9110 6.5.1).
    if (!is_header_done()) request.headers.add(ours(name), ours(value));
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view bytes, error_code&) override {
    request.body.append(bytes.data(), bytes.size());
    return bytes.size();
  }
  void on_chunk_header_impl(std::uint64_t, string_view extension, error_code& error) override {
    extensions_ += extension.size();
    if (extension.size() > kMaxChunkExtension || extensions_ > kMaxExtensions) {
      refuse(error, {400, "chunk extensions that are too long"});
    }
  }
  std::size_t on_chunk_body_impl(std::uint64_t, string_view bytes, error_code&) override {
    request.body.append(bytes.data(), bytes.size());
    return bytes.size();
  }
  void on_finish_impl(error_code&) override {}

  std::size_t extensions_ = 0;
};

Parser::Parser() : grammar_(std::make_unique<Grammar>()) {
  grammar_->body_limit(boost::none);  // limit_body() knows, once there is a route
}
Parser::~Parser() = default;

std::optional<Refusal> Parser::head(std::string_view head, const HeadLimits& limits) {
  grammar_->header_limit(static_cast<std::uint32_t>(head.size() + 1));
  error_code error;
  const auto used = grammar_->put({head.data(), head.size()}, error);
  if (error) return grammar_->refusal ? *grammar_->refusal : refusal_of(error);
  if (used != head.size() || !grammar_->is_header_done()) {
    return Refusal{400, "not a request of HTTP/1.1"};
  }
  if (auto refused = check_target(grammar_->request.target, limits)) return refused;
  if (auto refused = check_fields(grammar_->request)) return refused;
  grammar_->eager(true);
  return {};
}

std::optional<Refusal> Parser::limit_body(std::uint64_t most) {
  const auto length = grammar_->content_length();
  if (length && *length > most) return Refusal{413, "the body is too long"};
  grammar_->body_limit(most);
  return {};
}

Parser::Step Parser::body(std::string_view bytes) {
  Step step;
  // Beast 1.81 asserts that the last chunk is looked at again with five bytes or more, which is not
  // so where it is also the first and arrives in pieces ("0", CR, LF, then one byte more): a client
  // could end the program (boostorg/beast#2861, mended after 1.85). No chunked body is shorter than
  // five bytes, so that nothing is lost by waiting for them.
  if (!begun_ && grammar_->chunked() && bytes.size() < 5) return step;
  begun_ = true;
  while (!done() && step.consumed < bytes.size()) {
    const auto rest = bytes.substr(step.consumed);
    error_code error;
    const auto used = grammar_->put({rest.data(), rest.size()}, error);
    step.consumed += used;
    if (error == beast::http::error::need_more) {
      if (bytes.size() - step.consumed > kMaxFraming) {
        step.refusal = Refusal{400, "chunk framing that is too long"};
      }
      if (used == 0) break;
      if (step.refusal) break;
      continue;
    }
    if (error) {
      step.refusal = grammar_->refusal ? *grammar_->refusal : refusal_of(error);
      break;
    }
  }
  return step;
}

bool Parser::done() const { return grammar_->is_done(); }
bool Parser::keep_alive() const { return grammar_->keep_alive(); }
Request& Parser::request() { return grammar_->request; }

bool Parser::expects_continue() const {
  return !grammar_->request.http_1_0 && grammar_->request.headers.find("expect").has_value();
}

}  // namespace interdict::http
