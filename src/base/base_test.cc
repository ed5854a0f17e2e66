#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <set>

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "base/threads.h"
#include "base/time.h"
#include "base/walk.h"

namespace reeve {
namespace {

std::string folder() {
  std::string name = (std::filesystem::temp_directory_path() / "reeve-base-XXXXXX").string();
  EXPECT_NE(mkdtemp(name.data()), nullptr);
  return name;
}

TEST(Result, ErrorTextIsOneLineWithPlace) {
  Error e{Code::parse, "`x`\nis no number", {"a.json", 3, 7}, "a number", "quote it"};
  EXPECT_EQ(e.text(), "a.json:3:7: `x` is no number; expected a number; quote it");
  EXPECT_EQ((Place{"a", 2, 0}).text(), "a:2");
  EXPECT_EQ((Place{"a", 0, 4}).text(), "a");
}

TEST(Text, Globs) {
  struct {
    const char *pattern, *text;
    bool match;
  } cases[] = {{"", "", true},
               {"", "a", false},
               {"*", "", true},
               {"*", "abc", true},
               {"?", "", false},
               {"a?c", "abc", true},
               {"a*c", "abbbc", true},
               {"a*c", "abbbd", false},
               {"*ab", "aab", true},
               {"*a*b*c*", "xxaxxbxxc", true},
               {"a*a", "a", false},
               {"**", "x", true},
               {"[a]", "a", false},
               {"[a]", "[a]", true},
               {"*?", "", false},
               {"*?x", "yx", true},
               {"s3:Get*", "s3:GetObject", true},
               {"*.json", "a.json.gz", false},
               {"a*?*b", "aXb", true},
               {"a*?*b", "ab", false}};
  for (auto& c : cases) EXPECT_EQ(glob_match(c.pattern, c.text), c.match) << c.pattern << " ~ " << c.text;
}

// A naive matcher by definition, against which the quick one is held on every pair of short strings over a small alphabet.
bool naive_glob(std::string_view p, std::string_view t) {
  if (p.empty()) return t.empty();
  if (p[0] == '*') return naive_glob(p.substr(1), t) || (!t.empty() && naive_glob(p, t.substr(1)));
  return !t.empty() && (p[0] == '?' || p[0] == t[0]) && naive_glob(p.substr(1), t.substr(1));
}

TEST(Text, GlobEqualsItsDefinition) {
  std::vector<std::string> patterns = {""}, texts = {""};
  for (size_t i = 0; i < patterns.size(); ++i)
    if (patterns[i].size() < 5)
      for (char c : {'a', 'b', '*', '?'}) patterns.push_back(patterns[i] + c);
  for (size_t i = 0; i < texts.size(); ++i)
    if (texts[i].size() < 5)
      for (char c : {'a', 'b'}) texts.push_back(texts[i] + c);
  for (auto& p : patterns)
    for (auto& t : texts) ASSERT_EQ(glob_match(p, t), naive_glob(p, t)) << p << " ~ " << t;
}

TEST(Text, GlobOfManyStarsEnds) {
  std::string pattern, text(20000, 'a');
  for (int i = 0; i < 50; ++i) pattern += "a*";
  EXPECT_FALSE(glob_match(pattern + "b", text));
}

TEST(Text, Numbers) {
  EXPECT_EQ(parse_int("-9223372036854775808"), INT64_MIN);
  EXPECT_EQ(parse_int("+7"), 7);
  for (const char* bad : {"", "+", "-", "+-1", "1 ", " 1", "0x1", "9223372036854775808", "1.0"})
    EXPECT_FALSE(parse_int(bad)) << bad;
  EXPECT_EQ(parse_double("1e3"), 1000.0);
  EXPECT_EQ(parse_double("-.5"), -0.5);
  for (const char* bad : {"", ".", "inf", "nan", "1,5", "0x1p3", "1e", "+-1"}) EXPECT_FALSE(parse_double(bad)) << bad;
}

TEST(Text, Utf8) {
  for (const char* good : {"", "abc", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xED\x9F\xBF", "\xF4\x8F\xBF\xBF"})
    EXPECT_TRUE(valid_utf8(good)) << good;
  for (const char* bad : {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80", "\xF4\x90\x80\x80",
                          "\xF5\x80\x80\x80", "\xC3", "\xE2\x82", "\xF0\x9F\x98", "\xFF"})
    EXPECT_FALSE(valid_utf8(bad));
  EXPECT_EQ(utf8_error(std::string(40, 'x') + "\xC3\xA9\xFF"), 42u);
  for (uint32_t point : {0x24u, 0xA2u, 0x20ACu, 0x10348u}) {
    std::string s;
    append_utf8(s, point);
    EXPECT_TRUE(valid_utf8(s));
  }
}

TEST(Text, Decoding) {
  EXPECT_EQ(percent_decode("a%2Fb%zz%4"), "a/b%zz%4");
  EXPECT_EQ(percent_decode("a+b%41"), "a+bA");
  EXPECT_EQ(base64_decode("TWFu"), "Man");
  EXPECT_EQ(base64_decode("TWE="), "Ma");
  EXPECT_EQ(base64_decode("TQ==\n"), "M");
  EXPECT_EQ(base64_decode(""), "");
  for (const char* bad : {"TWE", "TQ=", "TQ", "T===", "TWF=", "TR==", "TQ==TQ==", "====", "TQ=Q", "T-_="})
    EXPECT_FALSE(base64_decode(bad)) << bad;
}

TEST(Text, Nearest) {
  std::vector<std::string> known = {"format", "fail-on", "workspace", "content"};
  EXPECT_EQ(nearest("fromat", known), "format");
  EXPECT_EQ(nearest("worksapce", known), "workspace");
  EXPECT_EQ(nearest("xyz", known), "");
  EXPECT_EQ(nearest("", known), "");
}

TEST(Text, SmallThings) {
  EXPECT_EQ(with_thousands(0), "0");
  EXPECT_EQ(with_thousands(1264), "1,264");
  EXPECT_EQ(with_thousands(1000000), "1,000,000");
  EXPECT_EQ(split("a,,b", ','), (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_EQ(split("", ',').size(), 1u);
  EXPECT_EQ(trim(" \t a b\r\n"), "a b");
  EXPECT_TRUE(equal_ignoring_case("AbC", "aBc"));
  EXPECT_FALSE(equal_ignoring_case("[", "{"));
  EXPECT_EQ(join({"a", "b"}, ", "), "a, b");
}

TEST(Time, ReadsWhatAwsWrites) {
  struct {
    const char* text;
    int64_t ms;
  } cases[] = {{"1970-01-01T00:00:00Z", 0},
               {"2026-11-22T04:12:00Z", 1795320720000},
               {"2026-11-22T04:12:00.123Z", 1795320720123},
               {"2026-11-22T04:12:00.1239999Z", 1795320720123},
               {"2026-11-22T06:12:00+02:00", 1795320720000},
               {"2026-11-22T06:12:00+0200", 1795320720000},
               {"2026-11-22 04:12:00+00:00", 1795320720000},
               {"2026-11-22 04:12:00 +0000", 1795320720000},
               {"2026-11-22", 1795305600000},
               {"2026-11-21T23:12:00-05:00", 1795320720000},
               {"2024-02-29", 1709164800000},
               {"1969-12-31T23:59:59Z", -1000},
               {"2016-12-31T23:59:60Z", 1483228800000}};
  for (auto& c : cases) {
    auto t = parse_time(c.text);
    ASSERT_TRUE(t) << c.text;
    EXPECT_EQ(t->ms, c.ms) << c.text;
  }
  for (const char* bad :
       {"", "2026", "2026-13-01", "2026-02-29", "2026-11-22T04:12:00", "2026-11-22T04:12Z", "2026-11-22T24:00:00Z",
        "2026-11-22T04:60:00Z", "2026-11-22T04:12:61Z", "2026-11-22T04:12:00.Z", "2026-11-22T04:12:00Zx", " 2026-11-22",
        "2026-11-22T04:12:00+2:00", "20261122T041200Z", "2026-11-22T04:12:00 UTC", "1795320720"})
    EXPECT_FALSE(parse_time(bad)) << bad;
}

TEST(Time, Writes) {
  EXPECT_EQ(rfc3339({1795320720000}), "2026-11-22T04:12:00Z");
  EXPECT_EQ(rfc3339({1795320720007}), "2026-11-22T04:12:00.007Z");
  EXPECT_EQ(rfc3339({-1}), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(people_time({1795320720000}), "22 Nov 2026 04:12Z");
  EXPECT_EQ(days_between({0}, {86400000 - 1}), 0);
  EXPECT_EQ(days_between({1}, {0}), -1);
  for (int64_t ms = -60'000'000'000'000; ms < 90'000'000'000'000; ms += 7'777'777'777'777)
    EXPECT_EQ(parse_time(rfc3339({ms}))->ms, ms);
}

TEST(Hash, Sha256) {
  // FIPS 180-2, appendix B.
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  Sha256Stream stream;
  stream.add("a");
  stream.add("bc");
  EXPECT_EQ(stream.finish(), sha256("abc"));
  // Short texts are padded by other code than long ones: one block, two, and beyond.
  for (size_t bytes = 0; bytes < 200; ++bytes) {
    const std::string text(bytes, static_cast<char>('a' + bytes % 26));
    Sha256Stream pieces;
    pieces.add(text);
    EXPECT_EQ(pieces.finish(), sha256(text)) << bytes;
  }
}

TEST(Hash, Base32) {
  Sha256 d{};
  std::string_view text = "foobar";
  std::copy(text.begin(), text.end(), d.begin());
  // RFC 4648 §10, lower case and without padding.
  EXPECT_EQ(base32(d, 1), "my");
  EXPECT_EQ(base32(d, 2), "mzxq");
  EXPECT_EQ(base32(d, 5), "mzxw6ytb");
  EXPECT_EQ(base32(d, 6), "mzxw6ytboi");
  text = "foobarfoobar";
  std::copy(text.begin(), text.end(), d.begin());
  EXPECT_EQ(base32(d, 12), "mzxw6ytbojtg633cmfza");
  // Five bits at a time, of every size and every symbol.
  for (unsigned turn = 0; turn < 64; ++turn) {
    d = sha256(std::to_string(turn));
    for (size_t bytes = 0; bytes <= d.size(); ++bytes) {
      std::string bits, expected;
      for (size_t i = 0; i < bytes; ++i)
        for (int bit = 7; bit >= 0; --bit) bits += static_cast<char>('0' + (d[i] >> bit & 1));
      while (bits.size() % 5 != 0) bits += '0';
      for (size_t at = 0; at < bits.size(); at += 5) expected += "abcdefghijklmnopqrstuvwxyz234567"[std::stoul(bits.substr(at, 5), nullptr, 2)];
      EXPECT_EQ(base32(d, bytes), expected) << turn << " " << bytes;
    }
  }
}

TEST(Hash, Hash64SeparatesNeighbours) {
  std::set<uint64_t> seen;
  size_t made = 0;
  for (size_t n = 0; n < 70; ++n)
    for (size_t i = 0; i < std::max<size_t>(n, 1); ++i)
      for (char c : {'a', 'b'}) {
        std::string s(n, 'x');
        if (n) s[i] = c;
        else if (c == 'b') continue;
        seen.insert(hash64(s));
        ++made;
      }
  EXPECT_EQ(seen.size(), made);
  EXPECT_NE(hash64("a", 1), hash64("a", 2));
  // Half the output bits change when one input bit does.
  int changed = 0;
  for (int bit = 0; bit < 64; ++bit) {
    std::string a = "12345678", b = a;
    b[static_cast<size_t>(bit / 8)] = static_cast<char>(b[static_cast<size_t>(bit / 8)] ^ (1 << (bit % 8)));
    changed += __builtin_popcountll(hash64(a) ^ hash64(b));
  }
  EXPECT_NEAR(changed / 64.0, 32.0, 3.0);
}

TEST(Files, PaddingIsReadableAndZero) {
  std::string dir = folder();
  for (size_t size : {size_t{0}, size_t{1}, size_t{4096}, size_t{1} << 20, (size_t{1} << 20) + 4096 - 10}) {
    std::string path = dir + "/f";
    ASSERT_TRUE(write_file(path, std::string(size, 'x')));
    auto bytes = FileBytes::open(path);
    ASSERT_TRUE(bytes) << bytes.error().text();
    ASSERT_EQ((*bytes)->view().size(), size);
    for (size_t i = 0; i < 64; ++i) ASSERT_EQ((*bytes)->view().data()[size + i], '\0');
    if (size) {
      EXPECT_EQ((*bytes)->view().back(), 'x');
    }
  }
  std::filesystem::remove_all(dir);
}

TEST(Files, ErrorsNameThePath) {
  auto missing = read_file("/no/such/file");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::not_found);
  EXPECT_NE(missing.error().text().find("`/no/such/file`"), std::string::npos);
  EXPECT_FALSE(FileBytes::open("/"));
  std::string dir = folder();
  ASSERT_TRUE(write_file(dir + "/a/b/c", "12345"));
  auto limited = read_file(dir + "/a/b/c", 4);
  ASSERT_FALSE(limited);
  EXPECT_EQ(limited.error().code, Code::limit);
  EXPECT_EQ(*read_file(dir + "/a/b/c", 5), "12345");
  std::filesystem::remove_all(dir);
}

TEST(Files, AtomicWriteReplacesAndLeavesNothingBehind) {
  std::string dir = folder();
  ASSERT_TRUE(write_file_atomic(dir + "/x/f", "one"));
  ASSERT_TRUE(write_file_atomic(dir + "/x/f", "two"));
  EXPECT_EQ(*read_file(dir + "/x/f"), "two");
  std::vector<Error> problems;
  EXPECT_EQ(walk(dir, problems).size(), 1u);
  std::filesystem::remove_all(dir);
}

// An export comes from somebody else: a link in it must not have this machine's files read, and a pipe must not hold the run up.
TEST(Files, WalkStaysInTheFolderItWasGiven) {
  std::string dir = folder();
  ASSERT_TRUE(write_file(dir + "/in/a.json", "x"));
  ASSERT_TRUE(write_file(dir + "/in-beside/secret", "x"));
  std::filesystem::create_symlink("a.json", dir + "/in/inside.json");
  std::filesystem::create_symlink("../in-beside/secret", dir + "/in/outside.json");
  std::filesystem::create_directory_symlink("../in-beside", dir + "/in/folder");
  std::filesystem::create_symlink("/dev/zero", dir + "/in/zero.json");
  ASSERT_EQ(mkfifo((dir + "/in/pipe.json").c_str(), 0600), 0);
  std::vector<Error> problems;
  std::vector<std::string> names, told;
  for (auto& e : walk(dir + "/in", problems)) names.push_back(e.path.substr(dir.size() + 1));
  for (auto& problem : problems) told.push_back(problem.at.path.substr(dir.size() + 1) + (problem.what.find("link leads out") != std::string::npos ? " leads out" : " is no file"));
  std::sort(told.begin(), told.end());
  EXPECT_EQ(names, (std::vector<std::string>{"in/a.json", "in/inside.json"}));
  EXPECT_EQ(told, (std::vector<std::string>{"in/folder leads out", "in/outside.json leads out", "in/pipe.json is no file", "in/zero.json leads out"}));
  problems.clear();
  walk_for(dir + "/in", problems, {.wanted = [](std::string_view path) { return path.find("outside") != std::string_view::npos; }});
  EXPECT_EQ(problems.size(), 1u);
  std::filesystem::remove_all(dir);
}

TEST(Files, WalkIsSortedAndNamesWhatItCannotRead) {
  std::string dir = folder();
  for (const char* name : {"b", "a/z", "a.txt", "a/b/c"}) ASSERT_TRUE(write_file(dir + "/" + name, "x"));
  std::filesystem::create_symlink("../b", dir + "/a/link");
  std::filesystem::create_directory_symlink("..", dir + "/a/loop");
  std::filesystem::create_symlink("nowhere", dir + "/dangling");
  std::vector<Error> problems;
  std::vector<std::string> names;
  for (auto& e : walk(dir, problems)) names.push_back(e.path.substr(dir.size() + 1));
  EXPECT_EQ(names, (std::vector<std::string>{"a.txt", "a/b/c", "a/link", "a/z", "b"}));
  ASSERT_EQ(problems.size(), 1u);
  std::vector<Error> by_name_problems;
  std::vector<std::string> by_name;
  std::unordered_set<std::string> links;
  for (auto& e : walk_for(dir, by_name_problems, {.links = &links, .names_only = true})) by_name.push_back(e.path.substr(dir.size() + 1));
  EXPECT_EQ(by_name, names);
  EXPECT_EQ(links, std::unordered_set<std::string>{dir + "/a/link"});
  ASSERT_EQ(by_name_problems.size(), 1u);
  EXPECT_EQ(by_name_problems[0].text(), problems[0].text());
  EXPECT_NE(problems[0].text().find("dangling"), std::string::npos);
  problems.clear();
  auto one = walk(dir + "/b", problems);
  ASSERT_EQ(one.size(), 1u);
  EXPECT_EQ(one[0].size_bytes, 1u);
  EXPECT_GT(one[0].mtime_ms, 1'600'000'000'000);
  EXPECT_TRUE(walk(dir + "/none", problems).empty());
  EXPECT_EQ(problems.size(), 1u);
  std::filesystem::remove_all(dir);
}

TEST(Files, Paths) {
  EXPECT_EQ(file_name("/a/b.c"), "b.c");
  EXPECT_EQ(file_name("a/"), "a");
  EXPECT_EQ(folder_of("a"), ".");
  EXPECT_EQ(folder_of("/a"), "/");
  EXPECT_EQ(folder_of("a//b"), "a");
  EXPECT_EQ(join_path("a/", "b"), "a/b");
  EXPECT_EQ(join_path("a", "/b"), "/b");
}

TEST(Threads, EachIndexOnce) {
  for (size_t workers : {0, 1, 3, 64}) {
    std::vector<std::atomic<int>> hits(1000);
    std::atomic<size_t> worst{0};
    parallel_for(hits.size(), workers, [&](size_t i, size_t worker) {
      ++hits[i];
      if (worker > worst) worst = worker;
    });
    for (auto& h : hits) ASSERT_EQ(h, 1);
    EXPECT_LT(worst, std::max<size_t>(workers, 1));
  }
  parallel_for(0, 4, [](size_t, size_t) { FAIL(); });
}

}  // namespace
}  // namespace reeve
