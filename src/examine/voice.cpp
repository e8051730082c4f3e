#include "examine/voice.hpp"

#include <algorithm>
#include <vector>

#include <unistd.h>

#include "base/csv.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "crypto/digest.hpp"

namespace interdict::examine {

void Voice::send() {
  if (!write_all(pipe_, bytes_of(unsent_))) ::_exit(1);
  unsent_.clear();
}

void Voice::look_at_clock() {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < std::chrono::milliseconds(100)) return;
  last_ = now;
  say(StepSays::rows, RowsRead{rows_});
  send();
}

std::string bounded(std::string_view text, std::size_t most) {
  std::string out;
  append_clipped(out, text, most);
  return out;
}

Locator bounded(Locator locator) {
  for (std::string* part : {&locator.artefact, &locator.file, &locator.table, &locator.key_path}) {
    if (part->size() > kMaxText) *part = bounded(*part, kMaxText);
  }
  return locator;
}

void say_digests(Voice& voice, evidence::Tree& tree, const CitedFiles& files) {
  std::vector<const CitedFiles::value_type*> sorted;
  for (const auto& file : files) sorted.push_back(&file);
  std::ranges::sort(sorted, {}, [](const auto* file) -> const std::string& { return file->first; });
  for (const auto* file : sorted) {
    const auto content = tree.open(file->second);
    if (!content) continue;
    const auto digest = crypto::sha256(**content);
    if (digest) voice.say(StepSays::digest, Digest{bounded(file->first), hex(*digest)});
  }
}

}  // namespace interdict::examine
