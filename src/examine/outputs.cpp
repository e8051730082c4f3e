// The outputs of a report: their registry, and writing them so that either all appear or none.

#include "examine/outputs.hpp"

#include <algorithm>

#include <unistd.h>

namespace interdict::examine {
namespace {

std::vector<const Output*>& registry() {
  static std::vector<const Output*> all;  // filled by static objects before main
  return all;
}

}  // namespace

RegisterOutput::RegisterOutput(const Output& output) { registry().push_back(&output); }

std::vector<const Output*> outputs() {
  auto sorted = registry();
  std::ranges::sort(sorted, {}, &Output::file_name);
  return sorted;
}

Status commit_all(std::vector<PartFile> parts) {
  // Everything that needs space happens here; after it only renames are left.
  for (auto& part : parts) TRY_WITHIN("writing", part.finish());
  for (std::size_t done = 0; done < parts.size(); ++done) {
    if (auto committed = parts[done].commit(); !committed) {
      for (std::size_t i = 0; i < done; ++i) ::unlink(parts[i].path().c_str());
      return std::move(committed).error().within("writing");
    }
  }
  return ok();
}

Result<std::vector<PartFile>> write_parts(const Report& report,
                                          const std::filesystem::path& folder) {
  std::vector<PartFile> parts;
  for (const Output* output : outputs()) {
    auto& part =
        parts.emplace_back(TRY_WITHIN("writing", PartFile::create(folder / output->file_name)));
    const auto sink = [&part](std::string_view piece) { return part.write(piece); };
    TRY_WITHIN("writing", output->write(report, sink));
    TRY_WITHIN("writing", part.finish());
  }
  return parts;
}

}  // namespace interdict::examine
