// Sets of addresses of one family, as intervals: what a rule admits, what a route leads to, what is left of the internet.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policy/condition.h"

namespace reeve {

class AddressSet {
 public:
  using Address = unsigned __int128;  // IPv4 in the low 32 bits
  struct Interval {
    Address first = 0, last = 0;
    bool operator==(const Interval&) const = default;
  };

  explicit AddressSet(bool v6 = false) : v6_(v6) {}
  static AddressSet of(const policy::Cidr& range);
  static AddressSet all(bool v6);
  // What can stand behind a packet from the internet: all but the private, shared, local, multicast and reserved ranges (RFC 6890; of
  // IPv6 the global unicast range 2000::/3 alone). Ranges kept for documentation are left in: they stand for somebody in examples.
  static AddressSet internet(bool v6);

  bool v6() const { return v6_; }
  bool empty() const { return intervals_.empty(); }
  const std::vector<Interval>& intervals() const { return intervals_; }
  AddressSet with(const AddressSet& other) const;     // union
  AddressSet within(const AddressSet& other) const;   // intersection
  AddressSet without(const AddressSet& other) const;  // difference
  // Is a range in it that is nobody's own: of prefix length 8 or less (IPv4), 32 or less (IPv6), as the S3 User Guide draws the line
  // between public and not for aws:SourceIp.
  bool anybodys() const;
  // The ranges in CIDR notation, at most `max` of them, then `…`.
  std::vector<std::string> ranges(size_t max) const;

  bool operator==(const AddressSet&) const = default;

 private:
  void tidy();
  bool v6_ = false;
  std::vector<Interval> intervals_;  // sorted, apart from each other
};

}  // namespace reeve
