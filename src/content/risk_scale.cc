#include "content/risk_scale.h"

#include <algorithm>
#include <cmath>

#include "base/file.h"
#include "base/text.h"
#include "content/fields.h"
#include "content/layers.h"

namespace reeve {
namespace {

constexpr std::string_view risk_kind = "risk", scale_file = "scale.yaml", overlay_file = "risk.yaml";
constexpr double frequency_most = 1e6, capability_most = 100, path_most = 100;

const std::vector<std::string>& risk_words() {
  static const std::vector<std::string> words = {"low", "medium", "high", "critical"};
  return words;
}

class ScaleReader {
 public:
  ScaleReader(RiskScale& out, bool whole, std::vector<Error>& errors) : out_(out), whole_(whole), need_(whole ? Need::required : Need::optional), errors_(errors) {}

  bool run(const std::string& text, const std::string& shown) {
    auto document = read_content_yaml(text, shown, errors_);
    if (!document) return false;
    const size_t before = errors_.size();
    const Value root = (*document)->root();
    if (!whole_ && !root) return true;  // comments alone
    Fields top(root, "the scale of risk",
               {"currency", "frequency", "capability", "loss", "strength", "detection", "response", "standing", "paths", "likelihood", "impact", "matrix", "due_days", "review_days", "detection_minutes"}, errors_);
    if (auto word = top.text_like("currency", need_, "a currency's three letters", [](std::string_view t) {
          return t.size() == 3 && std::all_of(t.begin(), t.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
        });
        !word.empty())
      out_.currency = word;
    const std::vector<std::string> classes = {"1", "2", "3", "4", "5"};
    group(top, "frequency", classes, [&](size_t i, Value value, const std::string& key) { reasoned(value, key, frequency_most, out_.frequency[i]); });
    group(top, "capability", classes, [&](size_t i, Value value, const std::string& key) { reasoned(value, key, capability_most, out_.capability[i]); });
    group(top, "loss", classes, [&](size_t i, Value value, const std::string& key) { loss(value, key, out_.loss[i]); });
    std::vector<std::string> severities;
    for (int i = 0; i < 5; ++i) severities.emplace_back(name(static_cast<Severity>(i)));
    group(top, "strength", severities, [&](size_t i, Value value, const std::string& key) { reasoned(value, key, capability_most, out_.strength[i]); });
    group(top, "detection", {"rule", "control"}, [&](size_t i, Value value, const std::string& key) { reasoned(value, key, 1, i == 0 ? out_.detection_rule : out_.detection_control); });
    group(top, "response", {"control"}, [&](size_t, Value value, const std::string& key) { reasoned(value, key, 1, out_.response_control); });
    const std::vector<std::string> standings = {"effective", "partial", "attested", "unknown", "failed", "absent"};
    group(top, "standing", standings, [&](size_t i, Value value, const std::string& key) { reasoned(value, key, 1, out_.standing[standings[i]]); });
    if (top.get("paths")) group(top, "paths", {"reached", "escalates"}, [&](size_t i, Value value, const std::string& key) { reasoned(value, key, path_most, i == 0 ? out_.path_reached : out_.path_escalates); });
    bounds(top, "likelihood", out_.likelihood);
    bounds(top, "impact", out_.impact);
    matrix(top);
    group(top, "due_days", risk_words(), [&](size_t i, Value value, const std::string& key) {
      const auto days = value.integer();
      if (!days || *days < 1 || *days > 3650) return wrong(value, "`" + key + "` is no number of days", "1 to 3650");
      out_.due_days[i] = static_cast<int>(*days);
    });
    if (whole_ || top.get("review_days")) out_.review_days = top.number("review_days", 1, 3650);
    if (whole_ || top.get("detection_minutes")) out_.detection_minutes = top.number("detection_minutes", 1, 100'000);
    if (!whole_)
      for (const char* key : {"currency", "likelihood", "impact", "matrix", "review_days", "detection_minutes"})
        if (top.get(key)) out_.changed.emplace_back(key);
    return top.good() && errors_.size() == before;
  }

 private:
  void wrong(Value at, std::string what, std::string expected) { errors_.push_back({Code::usage, std::move(what), place_of(at), std::move(expected), {}}); }

  template <class Read>
  void group(Fields& top, const std::string& key, const std::vector<std::string>& words, Read read) {
    const Value map = top.get(key);
    if (!map) {
      if (whole_) top.wrong(Code::not_found, "`" + key + "` is missing from the scale of risk", top.at(key), "a map of " + join(words, ", "));
      return;
    }
    Fields fields(map, "`" + key + "`", words, errors_);
    for (size_t i = 0; i < words.size(); ++i) {
      const Value value = fields.get(words[i]);
      if (!value) {
        if (whole_) wrong(map, "`" + words[i] + "` is missing from `" + key + "`", "an estimate for each of " + join(words, ", "));
        continue;
      }
      read(i, value, key + "." + words[i]);
      if (!whole_) out_.changed.push_back(key + "." + words[i]);
    }
  }

  void numbers(Fields& fields, const std::string& key, double most, Estimate& into) {
    Estimate read;
    for (auto [name, number] : {std::pair<const char*, double*>{"low", &read.low}, {"mode", &read.mode}, {"high", &read.high}}) {
      const Value value = fields.get(name);
      const auto told = value.is_number() ? value.number() : std::nullopt;
      if (!told || !std::isfinite(*told) || *told < 0 || *told > most)
        return fields.wrong(Code::type, "`" + key + "." + name + "` is " + (value ? "`" + std::string(value.text()) + "`" : "not there"), fields.at(name), "a number from 0 to " + with_thousands(static_cast<uint64_t>(most)));
      *number = *told;
    }
    if (read.low > read.mode || read.mode > read.high) return fields.wrong(Code::usage, "`" + key + "` does not rise", fields.at("low"), "low ≤ mode ≤ high");
    into = read;
  }

  void reasoned(Value value, const std::string& key, double most, Estimate& into) {
    Fields fields(value, "the estimate `" + key + "`", {"low", "mode", "high", "because"}, errors_);
    const std::string reason = fields.text("because");
    numbers(fields, key, most, into);
    out_.because[key] = reason;
  }

  void loss(Value value, const std::string& key, RiskScale::Loss& into) {
    Fields fields(value, "the loss `" + key + "`", {"primary", "secondary_probability", "secondary", "because"}, errors_);
    out_.because[key] = fields.text("because");
    for (auto [name, most, part] : {std::tuple{"primary", risk_money_max, &into.primary}, std::tuple{"secondary_probability", 1.0, &into.secondary_probability}, std::tuple{"secondary", risk_money_max, &into.secondary}}) {
      Fields own(fields.get(name), "`" + key + "." + name + "`", {"low", "mode", "high"}, errors_);
      numbers(own, key + "." + name, most, *part);
    }
  }

  void bounds(Fields& top, const std::string& key, std::array<double, 4>& into) {
    const Value list = top.get(key);
    if (!list && !whole_) return;
    std::array<double, 4> read{};
    bool good = list.is_list() && list.size() == 4;
    if (good)
      for (size_t i = 0; i < 4; ++i) {
        const auto number = list.at(i).is_number() ? list.at(i).number() : std::nullopt;
        good = good && number && std::isfinite(*number) && *number > (i ? read[i - 1] : 0);
        read[i] = number.value_or(0);
      }
    if (!good) return top.wrong(Code::type, "`" + key + "` does not divide into five classes", top.at(key), "four rising numbers above 0");
    into = read;
  }

  void matrix(Fields& top) {
    const Value rows = top.get("matrix");
    if (!rows && !whole_) return;
    auto read = out_.matrix;
    bool good = rows.is_list() && rows.size() == 5;
    for (size_t i = 0; good && i < 5; ++i) {
      good = rows.at(i).is_list() && rows.at(i).size() == 5;
      for (size_t j = 0; good && j < 5; ++j) {
        const auto word = std::find(risk_words().begin(), risk_words().end(), rows.at(i).at(j).text());
        good = word != risk_words().end();
        if (good) read[i][j] = static_cast<RiskWord>(word - risk_words().begin());
      }
    }
    for (size_t i = 0; good && i < 5; ++i)
      for (size_t j = 0; j < 5; ++j)
        if ((i && read[i][j] < read[i - 1][j]) || (j && read[i][j] < read[i][j - 1])) {
          good = false;
          return top.wrong(Code::usage, "`matrix` falls where likelihood or impact rises", place_of(rows.at(i)), "words that never fall to the right or downward");
        }
    if (!good) return top.wrong(Code::type, "`matrix` is no table of five by five", top.at("matrix"), "five lists of five of " + join(risk_words(), ", "));
    out_.matrix = read;
  }

  RiskScale& out_;
  bool whole_;
  Need need_;
  std::vector<Error>& errors_;
};

int class_of(const std::array<double, 4>& bounds, double value) {
  return 1 + static_cast<int>(std::upper_bound(bounds.begin(), bounds.end(), value) - bounds.begin());
}

}  // namespace

std::string_view name(RiskWord word) { return risk_words()[static_cast<size_t>(word)]; }

RiskCell RiskScale::cell(double events_a_year, double loss_of_one) const {
  RiskCell out{class_of(likelihood, events_a_year), class_of(impact, loss_of_one), RiskWord::low};
  out.word = matrix[static_cast<size_t>(out.likelihood - 1)][static_cast<size_t>(out.impact - 1)];
  return out;
}

RiskScale risk_scale_of(const ContentFiles& files, const std::string& workspace_dir) {
  RiskScale out;
  for (const ContentItem& item : files.items(risk_kind)) {
    if (item.name == "README.md") continue;
    const ContentFile& file = *item.files.front();
    if (item.name != scale_file) {
      out.errors.push_back({Code::usage, "`" + item.name + "` has no place in risk/", {file.shown}, std::string(scale_file), {}});
      continue;
    }
    RiskScale read;
    std::vector<Error> errors;
    read.loaded = ScaleReader(read, true, errors).run(file.text, file.shown);
    errors.insert(errors.begin(), out.errors.begin(), out.errors.end());
    if (read.loaded) out = std::move(read);
    out.errors = std::move(errors);
  }
  const std::string path = workspace_dir.empty() ? "" : join_path(workspace_dir, std::string(overlay_file));
  if (!out.loaded || path.empty() || !exists(path)) return out;
  constexpr uint64_t bytes_max = 1 << 20;
  const auto text = read_file(path, bytes_max);
  if (!text) {
    out.errors.push_back(text.error());
    return out;
  }
  // All of it or nothing: half of a change is a scale that nobody wrote.
  RiskScale changed = out;
  std::vector<Error> errors;
  if (ScaleReader(changed, false, errors).run(*text, path)) out = std::move(changed);
  out.errors.insert(out.errors.end(), errors.begin(), errors.end());
  return out;
}

RiskScale load_risk_scale(const ContentOptions& options) {
  std::vector<Error> problems;
  RiskScale out = risk_scale_of(layered_files(options, {risk_kind}, problems), options.workspace_dir);
  out.errors.insert(out.errors.begin(), problems.begin(), problems.end());
  return out;
}

std::optional<Estimate> parse_estimate(std::string_view text, double most) {
  const auto parts = split(text, '/');
  if (parts.size() != 1 && parts.size() != 3) return std::nullopt;
  std::array<double, 3> numbers{};
  for (size_t i = 0; i < 3; ++i) {
    const auto number = parse_double(trim(parts[parts.size() == 1 ? 0 : i]));
    if (!number || !std::isfinite(*number) || *number < 0 || *number > most) return std::nullopt;
    numbers[i] = *number;
  }
  if (numbers[0] > numbers[1] || numbers[1] > numbers[2]) return std::nullopt;
  return Estimate{numbers[0], numbers[1], numbers[2]};
}

}  // namespace reeve
