#include "cli/drift_text.h"

#include <algorithm>

#include "base/text.h"
#include "base/words.h"
#include "check/drift.h"

namespace reeve {
namespace {

constexpr size_t kNamed = 6;  // properties in one line of what is not told

class Text : public CheckOutput {
 public:
  Text(const Terminal& terminal, const Write& write) : terminal_(terminal), write_(write) {}

  Status file(const CheckedFile& file) override {
    if (!file.drift) return {};
    std::string out;
    for (const Deployment& deployment : file.drift->deployments) {
      std::string body;
      for (const ResourceDrift& resource : deployment.resources) this->resource(body, file, resource);
      if (any_) out += '\n';
      any_ = true;
      std::string against = deployment.stack.empty() ? "what the estate has by the names it gives" : "stack " + deployment.stack;
      if (!deployment.account.empty()) against += (deployment.stack.empty() ? ", in " : " in ") + deployment.account;
      if (!deployment.region.empty()) against += " " + deployment.region;
      out += paint(terminal_, Ink::heading, safe(file.file->path)) + " against " + safe(against) + '\n';
      out += body.empty() ? "  no drift\n" : body;
    }
    return out.empty() ? Status() : write_(out);
  }

  Status end(const CheckSummary& s) override {
    std::string out = any_ ? "\n" : "";
    const CheckSummary::Drift drift = s.drift.value_or(CheckSummary::Drift());
    out += count_text(s.data_files, "file") + ", " + count_text(s.resources, "declared resource") + "; the estate tells of " + with_thousands(drift.live);
    if (s.unreadable) out += "; " + count_text(s.unreadable, "file") + " could not be read";
    out += '\n';
    std::vector<std::string> counts;
    auto count = [&](uint64_t n, Ink ink, const char* word, bool always) {
      if (n || always) counts.push_back(paint(terminal_, n ? ink : Ink::plain, with_thousands(n) + " " + word));
    };
    count(drift.drifted, Ink::fail, "drifted", true), count(drift.missing, Ink::fail, "missing", true), count(drift.undeclared, Ink::fail, "undeclared", true);
    count(drift.unknown, Ink::unknown, "unknown", true), count(s.excepted, Ink::excepted, "excepted", false), count(s.known, Ink::plain, "known", false), count(drift.same, Ink::plain, "same", true);
    out += join(counts, fold(terminal_, " · ")) + '\n';
    out += "properties: " + with_thousands(drift.same_properties) + " same, " + with_thousands(drift.drifted_properties) + " drifted, " + with_thousands(drift.unknown_properties) + " not told or not known\n";
    if (s.baseline) out += "against the baseline: " + with_thousands(s.baseline->fresh) + " new, " + with_thousands(s.baseline->known) + " known, " + with_thousands(s.baseline->gone) + " gone\n";
    return write_(out);
  }

 private:
  static const CheckFinding* finding(const CheckedFile& file, size_t index) { return index < file.findings.size() ? &file.findings[index] : nullptr; }

  void resource(std::string& out, const CheckedFile& file, const ResourceDrift& resource) {
    const CheckFinding* own = finding(file, resource.finding);
    std::string lines;
    bool drifted = false;
    const CheckFinding* excepted = resource.properties.empty() && own && own->suppressed ? own : nullptr;
    // By reason, what is not told.
    std::vector<std::pair<std::string, std::vector<std::string>>> open;
    for (const PropertyDrift& property : resource.properties) {
      const CheckFinding* said = finding(file, property.finding);
      if (said && said->known && !said->suppressed) continue;
      if (property.is == ValueDrift::Is::untold || property.is == ValueDrift::Is::undecided) {
        if (open.empty() || open.back().first != property.reason) {
          auto at = open.begin();
          while (at != open.end() && at->first != property.reason) ++at;
          if (at == open.end()) open.push_back({property.reason, {}});
          else std::rotate(at, at + 1, open.end());
        }
        open.back().second.push_back(short_name(property.property));
        continue;
      }
      if (said && said->suppressed) {
        excepted = said;
        continue;
      }
      drifted = true;
      this->property(lines, property, resource);
    }
    const bool known = own && own->known && resource.properties.empty();
    if (known) return;
    const bool stands = resource.state == DriftState::missing || resource.state == DriftState::undeclared || (resource.state == DriftState::drifted && resource.properties.empty());
    if (excepted && !drifted) head(out, Ink::excepted, "excepted", resource), line(out, exception_sentence(*excepted));
    else if (drifted || stands) head(out, Ink::fail, name(resource.state), resource);
    else if (resource.state == DriftState::unknown) head(out, Ink::unknown, "unknown", resource);
    else if (!open.empty()) head(out, Ink::plain, "same", resource);
    else return;
    if (!excepted && !resource.reason.empty()) line(out, resource.reason);
    if (stands && resource.declared_at.line && resource.state != DriftState::undeclared) line(out, "declared at " + resource.declared_at.text());
    out += lines;
    for (auto& [reason, names] : open) {
      const size_t more = names.size() > kNamed ? names.size() - kNamed : 0;
      if (more) names.resize(kNamed);
      line(out, "not compared: " + join(names, ", ") + (more ? " and " + std::to_string(more) + " more" : "") + ": " + reason, Ink::dim);
    }
  }

  void head(std::string& out, Ink ink, std::string_view word, const ResourceDrift& resource) const {
    out += "  " + paint(terminal_, ink, word) + std::string(word.size() < 11 ? 11 - word.size() : 1, ' ') + safe(resource.id) + " (" + safe(resource.type) + ")";
    if (!resource.live.empty()) out += "  " + safe(resource.live);
    out += '\n';
  }

  void line(std::string& out, const std::string& text, Ink ink = Ink::plain) const {
    const std::string wrapped = terminal_.tty ? wrap(safe(text), terminal_.width, 4) : "    " + safe(text);
    out += ink == Ink::plain ? wrapped : paint(terminal_, ink, wrapped);
    out += '\n';
  }

  static std::string short_name(const std::string& property) { return starts_with(property, "Properties.") ? property.substr(11) : property; }

  void property(std::string& out, const PropertyDrift& property, const ResourceDrift& resource) const {
    out += "    " + paint(terminal_, Ink::heading, safe(short_name(property.property))) + '\n';
    const DriftPlace& at = property.declared_at.file.empty() ? resource.declared_at : property.declared_at;
    value(out, "declared", property.is == ValueDrift::Is::added ? "no such item" : property.declared.empty() ? property.reason : property.declared, at);
    value(out, "live", property.is == ValueDrift::Is::absent ? "nothing" : property.live, property.live_at);
    if (!property.reason.empty() && !property.declared.empty()) line(out, "  " + property.reason);
  }
  void value(std::string& out, std::string_view word, const std::string& text, const DriftPlace& at) const {
    out += "      " + std::string(word) + std::string(10 - word.size(), ' ') + safe(text);
    if (!at.file.empty()) out += "  " + paint(terminal_, Ink::dim, safe(at.text() + (at.line || at.path.empty() ? "" : " " + at.path)));
    out += '\n';
  }

  const Terminal& terminal_;
  Write write_;
  bool any_ = false;
};

}  // namespace

std::unique_ptr<CheckOutput> make_drift_text(const Terminal& terminal, const Write& write) { return std::make_unique<Text>(terminal, write); }

}  // namespace reeve
