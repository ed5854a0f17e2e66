#include "cli/terminal.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace reeve {
namespace {

const Terminal piped{.utf8 = true};
const Terminal narrow{.tty = true, .utf8 = true, .width = 80};
const Terminal colourful{.tty = true, .colour = true, .utf8 = true, .width = 120};
const Terminal ascii{.tty = true, .width = 80};

TEST(Terminal, ColourOnlyWhereItIsWelcome) {
  struct Case {
    TerminalFacts facts;
    bool no_color;
    bool colour;
  };
  const Case cases[] = {
      {{.tty = true, .term = "xterm"}, false, true},
      {{.tty = true}, false, true},
      {{.tty = false, .term = "xterm"}, false, false},
      {{.tty = true, .term = "dumb"}, false, false},
      {{.tty = true, .no_color = "1", .term = "xterm"}, false, false},
      {{.tty = true, .no_color = "", .term = "xterm"}, false, true},  // set to nothing counts as unset (no-color.org)
      {{.tty = true, .term = "xterm"}, true, false},
  };
  for (const Case& c : cases) EXPECT_EQ(terminal_from(c.facts, c.no_color).colour, c.colour) << c.facts.term << c.facts.no_color;
}

TEST(Terminal, WidthIsAskedForThenAssumed) {
  EXPECT_EQ(terminal_from({.tty = true, .columns = 133}, false).width, 133);
  EXPECT_EQ(terminal_from({.tty = true}, false).width, 80);
  EXPECT_EQ(terminal_from({.tty = false, .columns = 133}, false).width, 80);
  EXPECT_EQ(terminal_from({.tty = false, .columns_variable = "120"}, false).width, 120);
  EXPECT_EQ(terminal_from({.tty = true, .columns = 133, .columns_variable = "90"}, false).width, 90);
  EXPECT_EQ(terminal_from({.tty = true, .columns = 133, .columns_variable = "wide"}, false).width, 133);
  EXPECT_EQ(terminal_from({.columns_variable = "0"}, false).width, 80);
  EXPECT_EQ(terminal_from({.columns_variable = "-5"}, false).width, 80);
  EXPECT_EQ(terminal_from({.columns_variable = "3"}, false).width, 40);
  EXPECT_EQ(terminal_from({.columns_variable = "99999999999"}, false).width, 1000);
}

TEST(Terminal, Utf8ByTheFirstVariableThatIsSet) {
  EXPECT_FALSE(terminal_from({}, false).utf8);
  EXPECT_TRUE(terminal_from({.lang = "de_DE.UTF-8"}, false).utf8);
  EXPECT_TRUE(terminal_from({.lc_ctype = "C.utf8", .lang = "C"}, false).utf8);
  EXPECT_FALSE(terminal_from({.lc_all = "C", .lang = "en_US.UTF-8"}, false).utf8);
  EXPECT_FALSE(terminal_from({.lang = "de_DE.ISO-8859-15"}, false).utf8);
}

TEST(Terminal, PaintAddsOnlyWhereColourIs) {
  EXPECT_EQ(paint(colourful, Ink::fail, "fail"), "\x1b[1;31mfail\x1b[0m");
  EXPECT_EQ(paint(colourful, Ink::unknown, "unkn"), "\x1b[1;35munkn\x1b[0m");
  EXPECT_EQ(paint(colourful, Ink::excepted, "exc"), "\x1b[33mexc\x1b[0m");
  EXPECT_EQ(paint(colourful, Ink::plain, "pass"), "pass");
  EXPECT_EQ(paint(colourful, Ink::dim, ""), "");
  EXPECT_EQ(paint(narrow, Ink::fail, "fail"), "fail");
}

TEST(Terminal, WidthOfText) {
  EXPECT_EQ(display_width(""), 0);
  EXPECT_EQ(display_width("arn:…"), 5);
  EXPECT_EQ(display_width("日本"), 4);
  EXPECT_EQ(display_width("e\xCC\x81"), 1);      // e and a combining acute
  EXPECT_EQ(display_width("\xF0\x9F\x98\x80"), 2);
  EXPECT_EQ(display_width("\xFF\xC3"), 2);       // two broken bytes
}

TEST(Terminal, NothingFromAnInputActsOnTheTerminal) {
  EXPECT_EQ(safe("plain – text"), "plain – text");
  EXPECT_EQ(safe("a\x1b[2Jb\r\nc\td\x7f"), "a?[2Jb??c?d?");
  EXPECT_EQ(safe("\xC2\x9B" "31m"), "?31m");               // C1 CSI as one character
  EXPECT_EQ(safe("a\xE2\x80\xAE" "cod.exe"), "a?cod.exe");  // right-to-left override
  EXPECT_EQ(safe("\xE2\x81\xA6x"), "?x");                   // isolate
  EXPECT_EQ(safe("\xFFx\xC3"), "?x?");
  EXPECT_EQ(safe(std::string_view("a\0b", 3)), "a?b");
}

TEST(Terminal, FoldIsForOurOwnWords) {
  EXPECT_EQ(fold(narrow, "a · b…"), "a · b…");
  EXPECT_EQ(fold(ascii, "SEC01 · “x” – ID,… → ≥ 2 é"), "SEC01 - \"x\" - ID,... -> >= 2 ?");
}

TEST(Terminal, ShortensInTheMiddle) {
  const std::string role = "arn:aws:iam::111122223333:role/PayrollReader";
  EXPECT_EQ(shorten(narrow, role, 44), role);
  EXPECT_EQ(shorten(narrow, role, 43), "arn:…:role/PayrollReader");
  EXPECT_EQ(shorten(narrow, role, 24), "arn:…:role/PayrollReader");
  EXPECT_EQ(shorten(narrow, role, 18), "arn:…:role/Payr…er");
  EXPECT_EQ(shorten(narrow, role, 17), "arn:…:role/Payr…r");
  EXPECT_EQ(shorten(ascii, role, 23), "arn:...:role/Payro...er");
  EXPECT_EQ(shorten(narrow, "arn:aws:s3:::a-very-long-bucket-name", 20), "arn:…:a-very-lo…name");
  EXPECT_EQ(shorten(narrow, "arn:aws:s3", 6), "arn:…3");  // no ARN after all
  EXPECT_EQ(shorten(narrow, "a-long-name", 8), "a-lon…me");
  EXPECT_EQ(shorten(narrow, "a-long-name", 2), "a-");
  EXPECT_EQ(shorten(narrow, "日本日本日本", 7), "日本…本");
  // Never wider than asked, whatever is asked.
  for (const std::string& text : {role, std::string("日本日本日本"), std::string("arn:aws:lambda:eu-west-1:111122223333:function:a:b/c/d-e")})
    for (int width = 1; width < 60; ++width) {
      EXPECT_LE(display_width(shorten(narrow, text, width)), width);
      EXPECT_LE(display_width(shorten(ascii, text, width)), width);
    }
}

TEST(Terminal, Wraps) {
  EXPECT_EQ(wrap("one two three four", 10, 2), "  one two\n  three\n  four\n");
  EXPECT_EQ(wrap("averyveryverylongword x", 10, 0), "averyveryverylongword\nx\n");
  EXPECT_EQ(wrap("", 10, 0), "");
  EXPECT_EQ(wrap("a  b", 10, 0), "a b\n");
  EXPECT_EQ(hang("", 10), "\n");
  EXPECT_EQ(hang("as wide it\n  is\n", 10), "as wide it\n  is\n");
  EXPECT_EQ(hang("  one  two three four\n  five\n", 14), "  one two\n      three\n      four\n  five\n");
}

Table practices() {
  Table table({{"practice"}, {"level"}, {"fail", Align::right}, {"first blocker", Align::left, 100}}, 3);
  table.row({{"BP02 root user"}, {"1 Basic"}, {"9", Ink::fail}, {"root MFA: 2 accounts"}});
  table.row({{"BP03 control objectives"}, {"3 Optimized"}, {"164", Ink::fail}, {""}});
  return table;
}

TEST(Table, LaysOutColumns) {
  EXPECT_EQ(practices().text(narrow),
            "   practice                 level        fail\n"
            "   BP02 root user           1 Basic         9\n"
            "   BP03 control objectives  3 Optimized   164\n");
  Terminal wide = narrow;
  wide.width = 120;
  EXPECT_EQ(practices().text(wide),
            "   practice                 level        fail  first blocker\n"
            "   BP02 root user           1 Basic         9  root MFA: 2 accounts\n"
            "   BP03 control objectives  3 Optimized   164\n");
}

std::string without_escapes(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\x1b') out += text[i];
    else i = text.find('m', i);
  }
  return out;
}

TEST(Table, StrippingTheColourGivesTheTextWithoutIt) {
  Terminal wide = colourful;
  wide.colour = false;
  std::string painted = practices().text(colourful);
  EXPECT_NE(painted.find("\x1b[1;31m9\x1b[0m"), std::string::npos);
  EXPECT_EQ(without_escapes(painted), practices().text(wide));
}

Table resources() {
  Table table({{}, {"resource", Align::left, 0, true}, {"owner"}, {"effort", Align::right}});
  table.row({{"fail"}, {"arn:aws:iam::111122223333:role/a-role-with-a-rather-long-name-that-goes-on-and-on"}, {"platform"}, {"15 min"}});
  table.row({{"unkn"}, {"arn:aws:s3:::logs"}, {"data-plat."}, {"1 day"}});
  return table;
}

TEST(Table, OnATerminalNamesGiveWayFirst) {
  Terminal small = narrow;
  small.width = 60;
  EXPECT_EQ(resources().text(small),
            "      resource                            owner       effort\n"
            "fail  arn:…:role/a-role-with-a-r…-and-on  platform    15 min\n"
            "unkn  arn:aws:s3:::logs                   data-plat.   1 day\n");
}

TEST(Table, ThenColumnsDropFromTheRight) {
  Terminal tiny = narrow;
  tiny.width = 30;
  std::string text = resources().text(tiny);
  EXPECT_EQ(text.find("effort"), std::string::npos);
  EXPECT_NE(text.find("resource"), std::string::npos);
}

TEST(Table, NoLineIsWiderThanTheTerminal) {
  for (int width = 10; width < 130; ++width)
    for (bool utf8 : {true, false}) {
      std::string text = resources().text({.tty = true, .utf8 = utf8, .width = width});
      size_t begin = 0;
      while (begin < text.size()) {
        size_t end = text.find('\n', begin);
        EXPECT_LE(display_width(text.substr(begin, end - begin)), width) << width << "\n" << text;
        begin = end + 1;
      }
    }
}

TEST(Table, InAPipeNamesStayInFull) {
  std::string text = resources().text(piped);
  EXPECT_NE(text.find("arn:aws:iam::111122223333:role/a-role-with-a-rather-long-name-that-goes-on-and-on"), std::string::npos);
  EXPECT_NE(text.find("15 min"), std::string::npos);
}

TEST(Table, LongListsAreCutAndSaySo) {
  Table table({{}}, 3);
  for (int i = 0; i < 1284; ++i) table.row({{"row " + std::to_string(i)}});
  std::string text = table.text(narrow, 20);
  EXPECT_EQ(text.substr(text.find("   row 19")), "   row 19\n   … 1,264 more: --all\n");
  EXPECT_EQ(table.text(ascii, 20).substr(text.find("   row 19")), "   row 19\n   ... 1,264 more: --all\n");
  EXPECT_EQ(table.text(narrow, 1284).find("more"), std::string::npos);
  EXPECT_EQ(table.text(narrow).find("more"), std::string::npos);
}

TEST(Table, AnEmptyOneHasItsTitlesOnly) {
  Table table({{"a"}, {"b"}});
  EXPECT_EQ(table.text(narrow), "a  b\n");
  EXPECT_EQ(Table({{""}}).text(narrow), "");
}

TEST(Numbers, Durations) {
  const std::pair<int64_t, const char*> cases[] = {
      {-5, "0 ms"},          {0, "0 ms"},           {11, "11 ms"},          {99, "99 ms"},           {210, "0.21 s"},
      {994, "0.99 s"},       {999, "1.0 s"},        {4100, "4.1 s"},        {9949, "9.9 s"},         {9950, "10 s"},
      {41'000, "41 s"},      {59'499, "59 s"},      {59'500, "1 min"},      {95'000, "1 min 35 s"},  {312'000, "5 min 12 s"},
      {900'000, "15 min"},   {3'599'600, "1 h"},    {7'500'000, "2 h 5 min"}, {86'400'000, "1 d"},   {273'600'000, "3 d 4 h"},
  };
  for (const auto& [ms, text] : cases) EXPECT_EQ(duration_text(ms), text) << ms;
}

TEST(Numbers, Effort) {
  const std::pair<int64_t, const char*> cases[] = {{5, "5 min"}, {59, "59 min"}, {60, "1 h"}, {61, "2 h"}, {420, "7 h"}, {421, "1 day"}, {480, "1 day"}, {481, "2 days"}, {1440, "3 days"}, {600'000, "1,250 days"}};
  for (const auto& [minutes, text] : cases) EXPECT_EQ(effort_text(minutes), text) << minutes;
}

TEST(Numbers, Bytes) {
  const std::pair<uint64_t, const char*> cases[] = {{0, "0 B"}, {999, "999 B"}, {1000, "1.0 kB"}, {212'000'000, "212 MB"}, {1'900'000'000, "1.9 GB"}, {999'600, "1.0 MB"}, {5'000'000'000'000'000, "5,000 TB"}};
  for (const auto& [bytes, text] : cases) EXPECT_EQ(bytes_text(bytes), text) << bytes;
}

TEST(Numbers, SharesNeverRoundToAllOrNothing) {
  EXPECT_EQ(share_text(0, 0), "–");
  EXPECT_EQ(share_text(0, 34), "0 %");
  EXPECT_EQ(share_text(34, 34), "100 %");
  EXPECT_EQ(share_text(2, 34), "5.9 %");
  EXPECT_EQ(share_text(17, 34), "50 %");
  EXPECT_EQ(share_text(978, 1000), "97.8 %");
  EXPECT_EQ(share_text(90, 100), "90 %");
  EXPECT_EQ(share_text(999'999, 1'000'000), ">99.9 %");
  EXPECT_EQ(share_text(1, 1'000'000), "<0.1 %");
}

TEST(Numbers, ChangesAndCounts) {
  EXPECT_EQ(change_text(17), "+17");
  EXPECT_EQ(change_text(-6), "-6");
  EXPECT_EQ(change_text(0), "0");
  EXPECT_EQ(change_text(-1264), "-1,264");
  EXPECT_EQ(count_text(1, "account"), "1 account");
  EXPECT_EQ(count_text(0, "account"), "0 accounts");
  EXPECT_EQ(count_text(1264, "policy", "policies"), "1,264 policies");
}

TEST(Table, ALongNamePushesItsOwnRowAndItsWordsGiveWay) {
  Table table({{.title = "", .pushes = true}, {.title = "", .shrinks = true, .words = true}, {.title = "", .align = Align::right}});
  table.row({{"short"}, {"a sentence that says what is to be done about it"}, {"7"}});
  table.row({{"a-name-of-thirty-six-characters-wide"}, {"three of four"}, {"11"}});
  for (bool tty : {false, true}) {
    const std::string text = table.text({.tty = tty, .utf8 = true, .width = 54});
    EXPECT_EQ(text,
              "short                     a sentence that …bout it   7\n"
              "a-name-of-thirty-six-characters-wide  three of…our  11\n") << tty;
    for (auto line : split(text, '\n')) EXPECT_LE(display_width(line), 54);
  }
}

}  // namespace
}  // namespace reeve
