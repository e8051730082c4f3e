#include "examine/step_log.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "base/text.hpp"
#include "examine/archive.hpp"

namespace interdict::examine {

std::string name_of_signal(int number) {
  const char* name = ::sigdescr_np(number);
  if (name == nullptr) return fmt::format("signal {}", number);
  std::string text(name);
  text.front() = ascii_lower(text.front());
  return text;
}

void StepLog::hear(std::string_view bytes) {
  heard_ += bytes.size();
  nonsense_ = nonsense_ || heard_ > kMaxStepBytes;
  if (nonsense_ || done_) return;  // after `done` only the runner's `returned` is left
  buffer_.add(bytes);
  while (true) {
    const auto frame = buffer_.next();
    if (frame && !*frame) return;
    if (!frame || !take(**frame)) break;
    if (done_) return;
  }
  nonsense_ = true;
}

template <class Message>
bool StepLog::append(std::vector<Message>& to, std::string_view body) {
  auto message = decode<Message>(body);
  if (!message) return false;
  to.push_back(*std::move(message));
  return true;
}

bool StepLog::append_sentence(std::vector<std::string>& to, std::string_view body) {
  auto sentence = decode<Sentence>(body);
  if (sentence) to.push_back(std::move(sentence->text));
  return sentence.has_value();
}

bool StepLog::take(const Frame& frame) {
  switch (static_cast<StepSays>(frame.says)) {
    case StepSays::rows: {
      const auto read = decode<RowsRead>(frame.body);
      if (read) rows = std::max(rows, read->rows);
      return read.has_value();
    }
    case StepSays::hit:
      return append(hits, frame.body);
    case StepSays::total:
      return append(totals, frame.body);
    case StepSays::source:
      return append(sources, frame.body);
    case StepSays::inventory:
      return (inventory = decode<Inventory>(frame.body)).has_value();
    case StepSays::odd_file:
      return append_sentence(odd_files, frame.body);
    case StepSays::digest:
      return append(digests, frame.body);
    case StepSays::rule_finding:
      return append(rule_hits, frame.body);
    case StepSays::blind:
      return append_sentence(blind, frame.body);
    case StepSays::overflow:
      return append_sentence(overflows, frame.body);
    case StepSays::failed:
      return (failure_ = decode<Failure>(frame.body)).has_value();
    case StepSays::output_failed:
      return (output_failure = decode<Failure>(frame.body)).has_value();
    case StepSays::done:
      done_ = true;
      return true;
    case StepSays::returned:
      return true;
  }
  return false;
}

std::string StepLog::why_unfinished(long long seconds) const {
  if (failure_) return failure_->text;
  if (nonsense_) return "the decoder's answer made no sense";
  if (done_) return {};
  if (!ending_) return "the worker ended before it was read";
  switch (ending_->how) {
    case Ending::gave_up:
      return fmt::format("gave up after {} s", seconds);
    case Ending::signalled:
      return fmt::format("decoder crashed ({})", name_of_signal(ending_->number));
    case Ending::exited:
      break;
  }
  if (ending_->number < 0) {
    return fmt::format("could not be started: {}", std::strerror(-ending_->number));
  }
  return fmt::format("decoder crashed (exit status {})", ending_->number);
}

}  // namespace interdict::examine
