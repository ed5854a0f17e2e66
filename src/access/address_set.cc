#include "access/address_set.h"

#include <algorithm>

namespace reeve {
namespace {

using Address = AddressSet::Address;
using Interval = AddressSet::Interval;

constexpr Address last_of(bool v6) { return v6 ? ~Address{0} : Address{0xffffffff}; }

Address value_of(const policy::Cidr& range) {
  Address out = 0;
  for (int i = 0; i < (range.v6 ? 16 : 4); ++i) out = out << 8 | range.bytes[i];
  return out;
}

// The largest aligned block that begins at `first` and does not go beyond `last`, as the number of its host bits.
int block_bits(Address first, Address last, int width) {
  int bits = 0;
  while (bits < width) {
    Address size = Address{1} << bits;  // bits < width <= 128
    Address next = size << 1;
    bool aligned = bits + 1 == 128 ? first == 0 : (first & (next - 1)) == 0;
    if (!aligned) break;
    Address end = bits + 1 == 128 ? ~Address{0} : first + (next - 1);
    if (end > last || end < first) break;
    ++bits;
  }
  return bits;
}

}  // namespace

AddressSet AddressSet::of(const policy::Cidr& range) {
  AddressSet out(range.v6);
  int host = (range.v6 ? 128 : 32) - range.prefix;
  Address mask = host == 128 ? ~Address{0} : (Address{1} << host) - 1;
  Address first = value_of(range) & ~mask;
  out.intervals_ = {{first, first | mask}};
  return out;
}

AddressSet AddressSet::all(bool v6) {
  AddressSet out(v6);
  out.intervals_ = {{0, last_of(v6)}};
  return out;
}

AddressSet AddressSet::internet(bool v6) {
  if (v6) return of(*policy::parse_cidr("2000::/3"));
  AddressSet out = all(false);
  for (auto range : {"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16",
                     "198.18.0.0/15", "224.0.0.0/3"})
    out = out.without(of(*policy::parse_cidr(range)));
  return out;
}

void AddressSet::tidy() {
  std::sort(intervals_.begin(), intervals_.end(), [](const Interval& a, const Interval& b) { return a.first < b.first; });
  std::vector<Interval> out;
  for (const Interval& one : intervals_) {
    if (!out.empty() && (out.back().last == last_of(v6_) || one.first <= out.back().last + 1)) out.back().last = std::max(out.back().last, one.last);
    else out.push_back(one);
  }
  intervals_ = std::move(out);
}

AddressSet AddressSet::with(const AddressSet& other) const {
  AddressSet out = *this;
  out.intervals_.insert(out.intervals_.end(), other.intervals_.begin(), other.intervals_.end());
  out.tidy();
  return out;
}

AddressSet AddressSet::within(const AddressSet& other) const {
  AddressSet out(v6_);
  size_t i = 0, j = 0;
  while (i < intervals_.size() && j < other.intervals_.size()) {
    const Interval &a = intervals_[i], &b = other.intervals_[j];
    Address first = std::max(a.first, b.first), last = std::min(a.last, b.last);
    if (first <= last) out.intervals_.push_back({first, last});
    if (a.last < b.last) ++i;
    else ++j;
  }
  return out;
}

AddressSet AddressSet::without(const AddressSet& other) const {
  AddressSet rest(v6_);  // what `other` leaves
  Address next = 0;
  bool ended = false;
  for (const Interval& one : other.intervals_) {
    if (one.first > next) rest.intervals_.push_back({next, one.first - 1});
    if (one.last == last_of(v6_)) ended = true;
    else next = one.last + 1;
  }
  if (!ended) rest.intervals_.push_back({next, last_of(v6_)});
  return within(rest);
}

bool AddressSet::anybodys() const {
  int width = v6_ ? 128 : 32, bits = width - (v6_ ? 32 : 8);
  Address size = Address{1} << bits;
  for (const Interval& one : intervals_) {
    Address first = (one.first + (size - 1)) & ~(size - 1);  // the first aligned block
    if (first < one.first) continue;                         // went around
    Address end = first + (size - 1);
    if (end >= first && end <= one.last) return true;
  }
  return false;
}

std::vector<std::string> AddressSet::ranges(size_t max) const {
  std::vector<std::string> out;
  int width = v6_ ? 128 : 32;
  for (const Interval& one : intervals_) {
    for (Address at = one.first;;) {
      if (out.size() == max) {
        out.emplace_back("…");
        return out;
      }
      int bits = block_bits(at, one.last, width);
      policy::Cidr range;
      range.v6 = v6_;
      range.prefix = width - bits;
      for (int i = width / 8 - 1, shift = 0; i >= 0; --i, shift += 8) range.bytes[i] = static_cast<uint8_t>(at >> shift);
      out.push_back(policy::text_of(range) + "/" + std::to_string(range.prefix));
      if (bits == width) break;
      Address end = at + ((Address{1} << bits) - 1);
      if (end >= one.last) break;
      at = end + 1;
    }
  }
  return out;
}

}  // namespace reeve
