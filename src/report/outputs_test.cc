#include <gtest/gtest.h>

#include "base/hash.h"
#include "base/text.h"
#include "report/asff.h"
#include "formats/csv.h"
#include "report/csv.h"
#include "report/markdown.h"
#include "report/markdown_shown.h"

namespace reeve {
namespace {

using Rows = std::vector<std::pair<std::string, std::string>>;

TEST(Outputs, CellsOfCsv) {
  for (auto& [text, cell] : Rows{{"plain", "plain"},
                                 {"", ""},
                                 {"a,b", "\"a,b\""},
                                 {"say \"a\"", "\"say \"\"a\"\"\""},
                                 {"two\nlines", "\"two\nlines\""},
                                 {"=1+1", "'=1+1"},
                                 {"+1", "'+1"},
                                 {"-1", "'-1"},
                                 {"@x", "'@x"},
                                 {"\tx", "'\tx"},
                                 {"\rx", "\"'\rx\""},
                                 {"=\"a\"", "\"'=\"\"a\"\"\""},
                                 {"'=1", "''=1"},
                                 {"a=b", "a=b"}}) {
    EXPECT_EQ(csv_cell(text), cell) << text;
    if (cell.front() == '\'') EXPECT_EQ(csv_text(cell), text) << "and back";
  }
}

TEST(Outputs, CodeInMarkdown) {
  for (auto& [text, span] : Rows{{"arn:aws:s3:::b", "`arn:aws:s3:::b`"},
                                 {"", "–"},
                                 {"a|b", "`a\\|b`"},
                                 {"a`b", "``a`b``"},
                                 {"`a``", "``` `a`` ```"},
                                 {"two\n lines", "`two lines`"},
                                 {"<img>", "`<img>`"},
                                 {"x\xe2\x80\xaey", "`x?y`"},
                                 {"\xef\xbb\xbfx", "`?x`"}})
    EXPECT_EQ(markdown_code(text), span) << text;
}

TEST(Outputs, ProseInMarkdown) {
  for (auto& [text, prose] : Rows{{"3 of 4 (see A-1)", "3 of 4 (see A-1)"},
                                  {"@team #1 <b> [a](b) *x* _y_ `z` |", "&#64;team &#35;1 &#60;b&#62; &#91;a&#93;(b) &#42;x&#42; &#95;y&#95; &#96;z&#96; &#124;"},
                                  {"http://a", "http&#58;//a"},
                                  {"www.a WWW.b", "www&#46;a WWW&#46;b"},
                                  {"a\nb", "a b"},
                                  {"ä", "ä"}})
    EXPECT_EQ(markdown_text(text), prose) << text;
}

TEST(Outputs, MarkdownOfOthersIsToldAsStructure) {
  for (auto& [text, shown] : Rows{{"", ""},
                                  {"one\ntwo\n\nthree", "<p>one two</p><p>three</p>"},
                                  {"## A\r\n\r\ntext\r\n### B ###", "<h3>A</h3><p>text</p><h4>B</h4>"},
                                  {"# A\n###### F", "<h3>A</h3><h6>F</h6>"},
                                  {"## Services in C#", "<h3>Services in C#</h3>"},
                                  {"```kubectl get pods``` shows what runs.\nAnd more.", "<p><code>kubectl get pods</code> shows what runs. And more.</p>"},
                                  {"It went live in\n2019. It was replaced in\n2024. So it ends.", "<p>It went live in 2019. It was replaced in 2024. So it ends.</p>"},
                                  {"a\n1. b\n2. c", "<p>a</p><ol><li>b</li><li>c</li></ol>"},
                                  {"3. c\n4. d", "<ol start=\"3\"><li>c</li><li>d</li></ol>"},
                                  {"#no heading", "<p>#no heading</p>"},
                                  {"- a\n- b\n  - c\n    goes on\n- d", "<ul><li>a</li><li>b<ul><li>c goes on</li></ul></li><li>d</li></ul>"},
                                  {"1. a\n\n2. b\n- c", "<ol><li>a</li><li>b</li></ol><ul><li>c</li></ul>"},
                                  {"a\n- b", "<p>a</p><ul><li>b</li></ul>"},
                                  {"```sh\na < b\n\n# x\n```\nc", "<pre><code>a &lt; b\n\n# x\n</code></pre><p>c</p>"},
                                  {"~~~\nnever closed", "<pre><code>never closed\n</code></pre>"},
                                  {"`a*b*` and ``c`d`` **e _f_** *g* h_i_j * k *", "<p><code>a*b*</code> and <code>c`d</code> <b>e _f_</b> <em>g</em> h_i_j * k *</p>"},
                                  {"**open `and", "<p>**open `and</p>"},
                                  {"[words](https://a.example/b) ![map](data:image/png;base64,AAAA) [x] (y)", "<p>words (https://a.example/b) (picture: map) [x] (y)</p>"},
                                  {"<b onclick=x>&amp;</b> [a\"](javascript:alert(1)) `<i>`", "<p>&lt;b onclick=x&gt;&amp;amp;&lt;/b&gt; a&quot; (javascript:alert(1)) <code>&lt;i&gt;</code></p>"},
                                  {"| a | b |\n|---|---|", "<p>| a | b | |---|---|</p>"}})
    EXPECT_EQ(markdown_shown(text, 3), shown) << text;
  for (const char* mark : {"[", "`", "*", "_", "![", "[](", "**a ", "- ", "# ", "```\n", "[a](b "}) {
    std::string many;
    while (many.size() < 200'000) many += mark;
    EXPECT_LT(markdown_shown(many, 3).size(), 40 * many.size()) << mark;
  }
}

TEST(Outputs, TypesOfAsff) {
  for (auto& [type, asff] : Rows{{"AWS::S3::Bucket", "AwsS3Bucket"},
                                 {"AWS::EC2::VPC", "AwsEc2Vpc"},
                                 {"AWS::RDS::DBInstance", "AwsRdsDbInstance"},
                                 {"AWS::ElasticLoadBalancingV2::LoadBalancer", "AwsElbv2LoadBalancer"},
                                 {"AWS::IAM::ManagedPolicy", "AwsIamPolicy"},
                                 {"AWS::Logs::LogGroup", "Other"},
                                 {"", "Other"}})
    EXPECT_EQ(asff_type(type), asff) << type;
}

TEST(Outputs, TextsAreCutBetweenCharacters) {
  EXPECT_EQ(cut("abcdef", 6), "abcdef");
  EXPECT_EQ(cut("abcdefg", 6), "abc…");
  EXPECT_EQ(cut("aäöü", 6), "aä…");
  EXPECT_EQ(cut("äöüä", 6), "ä…");
  EXPECT_EQ(cut("abcdef", 2), "");
  for (size_t bytes = 3; bytes < 20; ++bytes) {
    std::string text = cut("ä€\U0001f512ä€\U0001f512ä€", bytes);
    EXPECT_TRUE(valid_utf8(text)) << bytes;
    EXPECT_LE(text.size(), bytes);
  }
}

TEST(Outputs, OneLine) {
  for (auto& [text, line] : Rows{{" a \n\t b ", "a b"}, {"", ""}, {"\x01", ""}, {"a\x7f" "b", "a b"}}) EXPECT_EQ(one_line(text), line);
}

// As Python's uuid.uuid5 has it, with uuid.uuid5(uuid.NAMESPACE_URL, 'reeve:') as the name space.
TEST(Outputs, UuidsOfNames) { EXPECT_EQ(uuid5("abc"), "335437d2-8b14-5c0f-834a-7918d03676ac"); }

}  // namespace
}  // namespace reeve
