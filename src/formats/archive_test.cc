#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <filesystem>
#include <map>

#include "base/file.h"
#include "base/text.h"
#include "formats/archive.h"

namespace reeve {
namespace {

class Folder {
 public:
  Folder() {
    path_ = (std::filesystem::temp_directory_path() / "reeve-archive-XXXXXX").string();
    EXPECT_NE(mkdtemp(path_.data()), nullptr);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string file(const char* name, std::string_view bytes) {
    std::string path = path_ + "/" + name;
    EXPECT_TRUE(write_file(path, bytes));
    return path;
  }
  std::string at(const char* name) { return path_ + "/" + name; }

 private:
  std::string path_;
};

std::string gzip(std::string_view text) {
  z_stream z{};
  deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&z, text.size()) + 64, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

struct Spec {
  std::string name, text;
  mode_t type = AE_IFREG;
  std::string hardlink, symlink;
};

void pack(const std::string& path, bool zip, const char* filter, const std::vector<Spec>& members) {
  archive* a = archive_write_new();
  if (zip) archive_write_set_format_zip(a);
  else archive_write_set_format_pax_restricted(a);
  if (std::string_view(filter) == "gzip") archive_write_add_filter_gzip(a);
  if (std::string_view(filter) == "zstd") archive_write_add_filter_zstd(a);
  ASSERT_EQ(archive_write_open_filename(a, path.c_str()), ARCHIVE_OK);
  for (const Spec& m : members) {
    archive_entry* e = archive_entry_new();
    archive_entry_set_pathname(e, m.name.c_str());
    archive_entry_set_filetype(e, m.type);
    archive_entry_set_perm(e, 0644);
    archive_entry_set_size(e, static_cast<la_int64_t>(m.text.size()));
    if (!m.hardlink.empty()) archive_entry_set_hardlink(e, m.hardlink.c_str());
    if (!m.symlink.empty()) archive_entry_set_symlink(e, m.symlink.c_str());
    ASSERT_GE(archive_write_header(a, e), ARCHIVE_WARN) << archive_error_string(a);
    if (!m.text.empty()) archive_write_data(a, m.text.data(), m.text.size());
    archive_entry_free(e);
  }
  archive_write_close(a);
  archive_write_free(a);
}

struct Seen {
  Status status;
  std::map<std::string, std::string> members;
  std::vector<Error> problems;
  std::string all_problems() const {
    std::string out;
    for (auto& p : problems) out += p.text() + "\n";
    return out;
  }
};

Seen walk_all(const std::string& path, const UnpackLimits& limits = {}, uint64_t bytes_max = 1ull << 30) {
  Seen seen;
  seen.status = walk_archive(
      path,
      [&](Member& m) {
        if (auto text = m.read_all(bytes_max)) seen.members[m.path()] = *text;
      },
      seen.problems, limits);
  return seen;
}

std::pair<std::string, Status> stream(const std::string& path, const UnpackLimits& limits = {}) {
  std::string out;
  Status s = unpack_stream(
      path,
      [&](std::string_view piece) {
        out += piece;
        return true;
      },
      limits);
  return {out, s};
}

std::string sample(size_t bytes) {
  std::string s;
  uint64_t x = 88172645463325252ull;
  while (s.size() < bytes) {
    x ^= x << 13, x ^= x >> 7, x ^= x << 17;
    s += std::to_string(x % 100000) + (x % 7 ? " " : "\n");
  }
  s.resize(bytes);
  return s;
}

TEST(Unpack, GzipOfOneAndSeveralMembers) {
  Folder f;
  std::string text = sample(3'000'000);
  EXPECT_EQ(stream(f.file("a.gz", gzip(text))).first, text);
  std::string two = gzip(text) + gzip("") + gzip("tail");
  EXPECT_EQ(stream(f.file("b.gz", two)).first, text + "tail");
  EXPECT_EQ(*unpack_bytes(two, 1 << 30, "x"), text + "tail");
  EXPECT_EQ(stream(f.file("c.gz", two + std::string(600, '\0'))).first, text + "tail");
  EXPECT_EQ(*unpack_bytes(gzip(""), 10, "x"), "");
  EXPECT_EQ(stream(f.file("plain", "just text")).first, "just text");
  EXPECT_EQ(*unpack_bytes("just text", 100, "x"), "just text");
  EXPECT_EQ(stream(f.file("empty", "")).first, "");
}

TEST(Unpack, LargeGzipGoesPieceByPiece) {
  Folder f;
  std::string text = sample(40'000'000);
  std::string packed = gzip(text);
  ASSERT_GT(packed.size(), 8u << 20);  // beyond what is unpacked in one step
  std::string path = f.file("a.gz", packed);
  EXPECT_TRUE(stream(path).first == text);
  size_t pieces = 0;
  ASSERT_TRUE(unpack_stream(path, [&](std::string_view) { return ++pieces < 3; }));
  EXPECT_EQ(pieces, 3u);
}

TEST(Unpack, TruncatedAndCorruptGzip) {
  Folder f;
  std::string text = sample(300'000), packed = gzip(text);
  for (size_t keep : {size_t{3}, size_t{10}, packed.size() / 2, packed.size() - 1}) {
    auto [out, status] = stream(f.file("a.gz", packed.substr(0, keep)));
    ASSERT_FALSE(status) << keep;
    EXPECT_TRUE(contains(status.error().text(), "ends too early")) << status.error().text();
    EXPECT_TRUE(starts_with(text, out));
    EXPECT_FALSE(unpack_bytes(packed.substr(0, keep), 1 << 30, "x"));
  }
  EXPECT_GT(stream(f.file("a.gz", packed.substr(0, packed.size() / 2))).first.size(), 50'000u);
  std::string bad = packed;
  bad[packed.size() / 2] = static_cast<char>(bad[packed.size() / 2] ^ 0x55);
  EXPECT_FALSE(stream(f.file("b.gz", bad)).second);
  bad = packed;
  bad[packed.size() - 6] = static_cast<char>(bad[packed.size() - 6] ^ 1);  // the checksum
  auto [out, status] = stream(f.file("c.gz", bad));
  ASSERT_FALSE(status);
  EXPECT_TRUE(contains(status.error().text(), "corrupt")) << status.error().text();
  auto [more, trailing] = stream(f.file("d.gz", packed + "garbage"));
  EXPECT_EQ(more, text);
  ASSERT_FALSE(trailing);
  EXPECT_TRUE(contains(trailing.error().text(), "something else follows"));
}

TEST(Unpack, Zstd) {
  Folder f;
  std::string text = sample(5'000'000), packed = zstd_pack(text, 3);
  EXPECT_EQ(packed, zstd_pack(text, 3));
  EXPECT_TRUE(*zstd_unpack(packed, 1 << 30, "x") == text);
  EXPECT_TRUE(stream(f.file("a.zst", packed)).first == text);
  EXPECT_TRUE(stream(f.file("b.zst", packed + zstd_pack("tail", 1))).first == text + "tail");
  EXPECT_TRUE(*zstd_unpack(packed + zstd_pack("tail", 1), 1 << 30, "x") == text + "tail");
  EXPECT_EQ(*zstd_unpack(zstd_pack("", 3), 10, "x"), "");
  auto zeros = std::string(3 << 20, '\0');  // one input block that fills several outputs
  EXPECT_TRUE(stream(f.file("z.zst", zstd_pack(zeros, 3))).first == zeros);
  for (size_t keep : {size_t{5}, packed.size() / 2, packed.size() - 1}) {
    EXPECT_FALSE(stream(f.file("c.zst", packed.substr(0, keep))).second);
    EXPECT_FALSE(zstd_unpack(packed.substr(0, keep), 1 << 30, "x"));
  }
  std::string bad = packed;
  bad[packed.size() - 2] = static_cast<char>(bad[packed.size() - 2] ^ 1);
  EXPECT_FALSE(zstd_unpack(bad, 1 << 30, "x"));
  auto over = zstd_unpack(packed, text.size() - 1, "x");
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().code, Code::limit);
  EXPECT_TRUE(zstd_unpack(packed, text.size(), "x"));
  EXPECT_FALSE(zstd_unpack("", 10, "x").has_value() && !zstd_unpack("", 10, "x")->empty());
}

TEST(Unpack, Limits) {
  Folder f;
  std::string zeros(80 << 20, '\0');
  std::string path = f.file("bomb.gz", gzip(zeros));
  UnpackLimits limits;
  limits.ratio_max = 100;
  auto ratio = stream(path, limits).second;
  ASSERT_FALSE(ratio);
  EXPECT_TRUE(contains(ratio.error().text(), "bomb")) << ratio.error().text();
  EXPECT_TRUE(stream(path).second);
  limits = {};
  limits.member_bytes_max = 1'000'000;
  auto bytes = stream(path, limits).second;
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().code, Code::limit);
  auto memory = unpack_bytes(gzip(zeros), 1'000'000, "x");
  ASSERT_FALSE(memory);
  EXPECT_EQ(memory.error().code, Code::limit);
  EXPECT_EQ(unpack_bytes(gzip("12345"), 5, "x")->size(), 5u);
  EXPECT_FALSE(unpack_bytes(gzip("12345"), 4, "x"));
  EXPECT_FALSE(unpack_bytes("12345", 4, "x"));
  auto missing = unpack_stream("/no/such/file", [](std::string_view) { return true; });
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::not_found);
}

TEST(Archive, PackingByContentAndName) {
  Folder f;
  pack(f.at("a.tar"), false, "", {{"x", "y"}});
  pack(f.at("a.zip"), true, "", {{"x", "y"}});
  EXPECT_EQ(packing_of(*read_file(f.at("a.tar"))), Packing::tar);
  EXPECT_EQ(packing_of(*read_file(f.at("a.zip"))), Packing::zip);
  EXPECT_EQ(packing_of(gzip("x")), Packing::gzip);
  EXPECT_EQ(packing_of(zstd_pack("x", 1)), Packing::zstd);
  EXPECT_EQ(packing_of("{}"), Packing::none);
  EXPECT_EQ(packing_of(""), Packing::none);
  EXPECT_EQ(packing_of(std::string(512, '\0')), Packing::none);
  EXPECT_TRUE(is_tar_name("a/B.TGZ"));
  EXPECT_FALSE(is_tar_name("a.gz"));
  EXPECT_FALSE(stream(f.at("a.tar")).second);
  EXPECT_FALSE(stream(f.at("a.zip")).second);
}

TEST(Archive, WalksTarAndZip) {
  Folder f;
  std::string big = sample(700'000);
  std::vector<Spec> members = {
      {"dir/", "", AE_IFDIR}, {"./dir/a.json", "{}"}, {"dir//b", big}, {"\xC3\xA9/c", "x"}, {"empty", ""}};
  struct {
    const char* name;
    bool zip;
    const char* filter;
  } kinds[] = {{"a.tar", false, ""}, {"a.tgz", false, "gzip"}, {"a.tzst", false, "zstd"}, {"a.zip", true, ""}};
  for (auto& k : kinds) {
    pack(f.at(k.name), k.zip, k.filter, members);
    Seen seen = walk_all(f.at(k.name));
    ASSERT_TRUE(seen.status) << seen.status.error().text();
    EXPECT_TRUE(seen.problems.empty()) << k.name << ": " << seen.all_problems();
    EXPECT_EQ(seen.members,
              (std::map<std::string, std::string>{{"dir/a.json", "{}"}, {"dir/b", big}, {"\xC3\xA9/c", "x"}, {"empty", ""}}))
        << k.name;
  }
}

TEST(Archive, HostileMembersAreRefusedOneByOne) {
  Folder f;
  std::vector<Spec> members = {{"a", "1"},
                               {"../evil", "x"},
                               {"d/../../evil", "x"},
                               {"/abs", "x"},
                               {"link", "", AE_IFLNK, "", "/etc/passwd"},
                               {"hard", "", AE_IFREG, "a", ""},
                               {"null", "", AE_IFCHR},
                               {"block", "", AE_IFBLK},
                               {"pipe", "", AE_IFIFO},
                               {"a", "2"},
                               {"./a", "3"},
                               {"z", "last"}};
  pack(f.at("h.tar"), false, "", members);
  Seen seen = walk_all(f.at("h.tar"));
  ASSERT_TRUE(seen.status);
  EXPECT_EQ(seen.members, (std::map<std::string, std::string>{{"a", "1"}, {"z", "last"}}));
  EXPECT_EQ(seen.problems.size(), 10u) << seen.all_problems();
  std::string all = seen.all_problems();
  for (const char* what : {"`../evil` points outside", "`d/../../evil` points outside", "`/abs` has an absolute path",
                           "`link` is a link", "`hard` is a link", "`null` is a device", "`block` is a device",
                           "`pipe` is a device", "`a` stands in the archive a second time", "`./a` stands"})
    EXPECT_TRUE(contains(all, what)) << what << " in\n" << all;
  EXPECT_TRUE(contains(all, "h.tar!../evil: ")) << all;
  pack(f.at("h.zip"), true, "", {{"../evil", "x"}, {"/abs", "x"}, {"a", "1"}, {"link", "", AE_IFLNK, "", "a"}});
  seen = walk_all(f.at("h.zip"));
  EXPECT_EQ(seen.members.size(), 1u);
  EXPECT_EQ(seen.problems.size(), 3u) << seen.all_problems();
}

TEST(Archive, TruncatedGivesWhatWasReadAndAProblem) {
  Folder f;
  std::vector<Spec> members = {{"a", sample(200'000)}, {"b", sample(300'000)}, {"c", "x"}};
  struct {
    const char* name;
    bool zip;
    const char* filter;
  } kinds[] = {{"t.tar", false, ""}, {"t.tgz", false, "gzip"}, {"t.tzst", false, "zstd"}, {"t.zip", true, ""}};
  for (auto& k : kinds) {
    pack(f.at(k.name), k.zip, k.filter, members);
    std::string bytes = *read_file(f.at(k.name));
    size_t keep = k.filter[0] || k.zip ? bytes.size() * 7 / 10 : 300'000;
    Seen seen = walk_all(f.file("cut", bytes.substr(0, keep)));
    ASSERT_TRUE(seen.status) << k.name << seen.status.error().text();
    EXPECT_EQ(seen.members.count("a"), 1u) << k.name;
    EXPECT_EQ(seen.members.count("b"), 0u) << k.name;
    EXPECT_GE(seen.problems.size(), 1u) << k.name;
  }
}

TEST(Archive, NoArchiveIsAnError) {
  Folder f;
  for (const char* text : {"", "hello", "{\"a\":1}"}) {
    Seen seen = walk_all(f.file("x", text));
    EXPECT_FALSE(seen.status) << text;
  }
  EXPECT_FALSE(walk_all(f.file("x", gzip("no tar within"))).status);
  Seen missing = walk_all("/no/such/file");
  ASSERT_FALSE(missing.status);
  EXPECT_TRUE(contains(missing.status.error().text(), "/no/such/file"));
}

TEST(Archive, Limits) {
  Folder f;
  std::string zeros(70 << 20, '\0');
  for (bool zip : {false, true}) {
    std::string path = f.at(zip ? "l.zip" : "l.tgz");
    pack(path, zip, zip ? "" : "gzip", {{"small", "1"}, {"zeros", zeros}, {"tail", "2"}});
    UnpackLimits limits;
    limits.ratio_max = 100;
    Seen seen = walk_all(path, limits);
    EXPECT_TRUE(contains(seen.all_problems(), "bomb")) << path << "\n" << seen.all_problems();
    EXPECT_EQ(seen.members.size(), 2u);
    EXPECT_EQ(walk_all(path).members.size(), 3u);
    limits = {};
    limits.member_bytes_max = 1000;
    seen = walk_all(path, limits);
    EXPECT_EQ(seen.members.size(), 2u);
    EXPECT_EQ(seen.problems.size(), 1u) << seen.all_problems();
    limits = {};
    limits.total_bytes_max = 1'000'000;
    seen = walk_all(path, limits);
    EXPECT_EQ(seen.members.size(), 1u);
    EXPECT_EQ(seen.problems.size(), 1u) << seen.all_problems();
    limits = {};
    limits.members_max = 2;
    seen = walk_all(path, limits);
    EXPECT_EQ(seen.members.size(), 2u);
    EXPECT_TRUE(contains(seen.all_problems(), "more than 2 members")) << seen.all_problems();
    seen = walk_all(path, {}, 1000);
    EXPECT_EQ(seen.members.size(), 2u);
    EXPECT_TRUE(contains(seen.all_problems(), "`zeros` is larger than 1,000 bytes")) << seen.all_problems();
  }
}

TEST(Archive, ProblemsAreBounded) {
  Folder f;
  std::vector<Spec> members(1500, Spec{"same", ""});
  pack(f.at("p.tar"), false, "", members);
  Seen seen = walk_all(f.at("p.tar"));
  EXPECT_EQ(seen.members.size(), 1u);
  ASSERT_EQ(seen.problems.size(), 1001u);
  EXPECT_TRUE(contains(seen.problems.back().text(), "499 more problems"));
}

TEST(Archive, AVisitorMayReadInPiecesOrNotAtAll) {
  Folder f;
  std::string big = sample(500'000);
  pack(f.at("a.tgz"), false, "gzip", {{"skipped", big}, {"pieces", big}, {"stopped", big}, {"last", "x"}});
  std::string out;
  std::vector<std::string> paths;
  std::vector<Error> problems;
  ASSERT_TRUE(walk_archive(
      f.at("a.tgz"),
      [&](Member& m) {
        paths.push_back(m.path());
        if (m.path() == "pieces") {
          EXPECT_EQ(m.size_bytes(), big.size());
          EXPECT_TRUE(m.read_pieces([&](std::string_view piece) {
            out += piece;
            return true;
          }));
        }
        if (m.path() == "stopped") {
          EXPECT_TRUE(m.read_pieces([](std::string_view) { return false; }));
        }
      },
      problems));
  EXPECT_EQ(paths, (std::vector<std::string>{"skipped", "pieces", "stopped", "last"}));
  EXPECT_TRUE(out == big);
  EXPECT_TRUE(problems.empty());
}

}  // namespace
}  // namespace reeve
