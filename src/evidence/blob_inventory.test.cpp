#include "evidence/blob_inventory.hpp"

#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "evidence/testing.hpp"
#include "support/temporary_folder.hpp"

using namespace interdict;
using namespace interdict::evidence;
using testing::spill;

TEST_CASE("the inventory knows the blobs in their folders, and nothing else") {
  const test::TemporaryFolder temporary;
  const std::string a(40, 'a'), b = "00" + std::string(38, '1');
  spill(temporary.path() / "aa" / a, "12345");
  spill(temporary.path() / "00" / b, "");
  spill(temporary.path() / "00" / a, "in the wrong folder");
  spill(temporary.path() / "aa" / "short", "x");
  spill(temporary.path() / "AB" / std::string(40, 'b'), "x");
  spill(temporary.path() / "Manifest.db", "x");
  std::filesystem::create_directory(temporary.path() / "aa" / ("aa" + std::string(38, 'd')));
  std::filesystem::create_symlink("/etc/passwd",
                                  temporary.path() / "aa" / ("aa" + std::string(38, 'e')));
  std::filesystem::create_directory_symlink(temporary.path() / "aa", temporary.path() / "cc");

  const auto folder = Folder::open(temporary.path());
  REQUIRE(folder);
  auto inventory = BlobInventory::read(*folder);
  CHECK(inventory.count() == 2);
  CHECK(inventory.size(*parse_file_id(a)) == 5);
  CHECK(inventory.size(*parse_file_id(b)) == 0);
  CHECK_FALSE(inventory.size(*parse_file_id(std::string(40, 'b'))));
  CHECK(inventory.notes() == std::vector<std::string>{"not listed: cc: Not a directory"});

  CHECK(inventory.not_ticked_off() == 2);
  inventory.tick_off(*parse_file_id(a));
  inventory.tick_off(*parse_file_id(a));
  inventory.tick_off(*parse_file_id(std::string(40, 'f')));
  CHECK(inventory.not_ticked_off() == 1);
}
