#include "access/address_set.h"

#include <gtest/gtest.h>

#include <random>

namespace reeve {
namespace {

AddressSet set(std::initializer_list<const char*> ranges, bool v6 = false) {
  AddressSet out(v6);
  for (auto range : ranges) out = out.with(AddressSet::of(*policy::parse_cidr(range)));
  return out;
}

using Texts = std::vector<std::string>;

TEST(AddressSet, HalvesMakeAWhole) {
  EXPECT_EQ(set({"0.0.0.0/1", "128.0.0.0/1"}), AddressSet::all(false));
  EXPECT_EQ(set({"::/1", "8000::/1"}, true), AddressSet::all(true));
}

TEST(AddressSet, TellsItsRanges) {
  EXPECT_EQ(set({"10.0.0.0/25", "10.0.0.128/25"}).ranges(8), Texts{"10.0.0.0/24"});
  EXPECT_EQ(AddressSet::all(true).ranges(8), Texts{"::/0"});
  EXPECT_EQ(AddressSet::all(false).without(set({"0.0.0.0/1"})).ranges(8), Texts{"128.0.0.0/1"});
  EXPECT_EQ(set({"10.0.0.1/32", "10.0.0.3/32", "10.0.0.5/32"}).ranges(2), (Texts{"10.0.0.1/32", "10.0.0.3/32", "…"}));
  EXPECT_EQ(set({"255.255.255.255/32"}).ranges(2), Texts{"255.255.255.255/32"});
}

TEST(AddressSet, ARangeBegunInItsMiddleIsTheRange) { EXPECT_EQ(set({"10.1.2.3/8"}), set({"10.0.0.0/8"})); }

TEST(AddressSet, AnybodysIsASlashEight) {
  EXPECT_TRUE(set({"0.0.0.0/0"}).anybodys());
  EXPECT_TRUE(set({"8.0.0.0/9", "8.128.0.0/9"}).anybodys());
  EXPECT_FALSE(set({"8.0.0.0/9"}).anybodys());
  EXPECT_FALSE(set({"8.128.0.0/9", "9.0.0.0/9"}).anybodys()) << "as many addresses, but no such block";
  EXPECT_TRUE(set({"2001:db8::/32"}, true).anybodys());
  EXPECT_FALSE(set({"2001:db8::/33"}, true).anybodys());
  EXPECT_FALSE(AddressSet(false).anybodys());
  EXPECT_TRUE(AddressSet::internet(false).anybodys());
}

TEST(AddressSet, TheInternetHasNoPrivateAddress) {
  for (auto range : {"10.2.3.4/32", "172.31.0.1/32", "192.168.1.1/32", "100.127.0.1/32", "169.254.169.254/32", "239.0.0.1/32"})
    EXPECT_TRUE(AddressSet::internet(false).within(set({range})).empty()) << range;
  for (auto range : {"172.32.0.1/32", "9.9.9.9/32", "100.128.0.1/32"}) EXPECT_FALSE(AddressSet::internet(false).within(set({range})).empty()) << range;
  EXPECT_TRUE(AddressSet::internet(true).within(set({"fd00::/8"}, true)).empty());
}

// Against a bitmap of the last byte.
TEST(AddressSet, SetsAsABitmapSays) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    auto make = [&](std::vector<bool>& bits) {
      AddressSet out(false);
      bits.assign(256, false);
      for (size_t n = random() % 4; n > 0; --n) {
        int prefix = 24 + static_cast<int>(random() % 9);
        uint32_t host = random() % 256 & ~((1u << (32 - prefix)) - 1);
        out = out.with(AddressSet::of(*policy::parse_cidr("1.2.3." + std::to_string(host) + "/" + std::to_string(prefix))));
        for (uint32_t i = 0; i < 1u << (32 - prefix); ++i) bits[host + i] = true;
      }
      return out;
    };
    std::vector<bool> a_bits, b_bits;
    AddressSet a = make(a_bits), b = make(b_bits);
    AddressSet both = a.within(b), either = a.with(b), only = a.without(b);
    for (int i = 0; i < 256; ++i) {
      AddressSet one = set({("1.2.3." + std::to_string(i)).c_str()});
      ASSERT_EQ(!both.within(one).empty(), a_bits[i] && b_bits[i]);
      ASSERT_EQ(!either.within(one).empty(), a_bits[i] || b_bits[i]);
      ASSERT_EQ(!only.within(one).empty(), a_bits[i] && !b_bits[i]);
    }
  }
}

}  // namespace
}  // namespace reeve
