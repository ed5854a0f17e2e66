#include "cli/write_behind.h"

#include <gtest/gtest.h>

namespace reeve {
namespace {

std::string read_back(std::FILE* file) {
  std::string out;
  std::rewind(file);
  char buffer[65536];
  while (size_t n = std::fread(buffer, 1, sizeof buffer, file)) out.append(buffer, n);
  return out;
}

TEST(WriteBehind, GivesTheFileAllInOrder) {
  for (size_t pieces : {0, 1, 1000, 100000}) {
    std::FILE* file = std::tmpfile();
    ASSERT_NE(file, nullptr);
    std::string expected;
    {
      WriteBehind out(file);
      for (size_t i = 0; i < pieces; ++i) {
        std::string piece = std::to_string(i) + std::string(i % 97, 'x') + "\n";
        expected += piece;
        out.add(piece);
      }
      EXPECT_TRUE(out.finish());
      EXPECT_TRUE(out.finish()) << "asking again changes nothing";
    }
    EXPECT_EQ(read_back(file), expected) << pieces << " pieces";
    std::fclose(file);
  }
}

TEST(WriteBehind, APieceLargerThanABlockPassesWhole) {
  std::FILE* file = std::tmpfile();
  std::string large(5 << 20, 'a');
  {
    WriteBehind out(file);
    out.add("(");
    out.add(large);
    out.add(")");
  }  // the end writes what is left
  EXPECT_EQ(read_back(file), "(" + large + ")");
  std::fclose(file);
}

TEST(WriteBehind, AFullDiskIsNoticed) {
  std::FILE* file = std::fopen("/dev/full", "wb");
  if (!file) GTEST_SKIP() << "/dev/full is not there";
  std::setvbuf(file, nullptr, _IONBF, 0);
  for (size_t bytes : {10u, 5u << 20}) {
    WriteBehind out(file);
    for (size_t i = 0; i < bytes; i += 10) out.add("0123456789");
    EXPECT_FALSE(out.finish()) << bytes;
  }
  std::fclose(file);
}

}  // namespace
}  // namespace reeve
