// Open Threat Model (IriusRisk, 0.1 and 0.2): threats and mitigations become records; components, trust zones, assets and data flows are told in
// the descriptions of architecture and data flow.
#include <map>

#include "base/text.h"
#include "model/placing.h"

namespace reeve::model {
namespace {

std::string joined(std::string a, const std::string& b) { return a.empty() ? b : b.empty() ? a : a + ": " + b; }

class Otm {
 public:
  explicit Otm(const Document& document) : in_(document, Format::otm, {"attributes"}), root_(document.root()) {}

  Read run() {
    in_.taken(root_.get("otmVersion"));
    const Value project = root_.get("project");
    Record& about = in_.model().sections["applicationInfo"].emplace_back();
    in_.set(about, "applicationInfo", "name", in_.text(project, "name"), project);
    in_.set(about, "applicationInfo", "description", in_.text(project, "description"), project);
    in_.taken(project.get("id"));
    names();
    architecture();
    flows();
    threats();
    uses("components");
    uses("dataflows");
    for (Record& mitigation : in_.model().sections["mitigations"])
      if (auto found = states_.find(std::string(mitigation.text("id"))); found != states_.end()) mitigation.fields["status"] = found->second;
    if (in_.model().sections["mitigations"].empty()) in_.model().sections.erase("mitigations");
    return in_.finish();
  }

 private:
  void names() {
    for (const char* part : {"trustZones", "components", "assets"})
      for (Value one : root_.get(part).items()) names_[std::string(one.get("id").text())] = std::string(one.get("name").is_string() ? one.get("name").text() : one.get("id").text());
  }
  std::string named(const std::string& id) const {
    auto found = names_.find(id);
    return found == names_.end() ? id : found->second;
  }

  void architecture() {
    std::string out;
    for (auto [part, title] : {std::pair<const char*, const char*>{"trustZones", "Trust zones"}, {"components", "Components"}, {"assets", "Assets"}}) {
      const Value list = root_.get(part);
      if (list.size() == 0) continue;
      out += std::string(out.empty() ? "" : "\n") + "### " + title + "\n\n";
      for (Value one : list.items()) {
        in_.taken(one.get("id"));
        std::string line = "- " + in_.text(one, "name");
        if (std::string type = in_.text(one, "type"); !type.empty()) line += " (" + type + ")";
        const Value parent = one.get("parent");
        for (const char* kind : {"trustZone", "component"})
          if (std::string in = in_.text(parent, kind); !in.empty()) line += " in " + named(in);
        if (std::string rating = in_.text(one.get("risk"), "trustRating"); !rating.empty()) line += ", trust " + rating + " of 100";
        for (const char* goal : {"confidentiality", "integrity", "availability"})
          if (std::string rating = in_.text(one.get("risk"), goal); !rating.empty()) line += std::string(", ") + goal + " " + rating + " of 100";
        out += joined(line, in_.text(one, "description")) + "\n";
      }
    }
    if (!out.empty()) in_.set(in_.model().sections["architecture"].emplace_back(), "architecture", "description", out, root_);
  }

  void flows() {
    std::string out;
    for (Value one : root_.get("dataflows").items()) {
      in_.taken(one.get("id"));
      const std::string both = in_.text(one, "bidirectional");
      std::string line = "- " + named(in_.text(one, "source")) + (both == "true" ? " ↔ " : " → ") + named(in_.text(one, "destination"));
      Texts assets;
      for (const std::string& id : in_.texts(one, "assets")) assets.push_back(named(id));
      if (!assets.empty()) line += " (" + join(assets, ", ") + ")";
      out += joined(joined(line, in_.text(one, "name")), in_.text(one, "description")) + "\n";
    }
    if (!out.empty()) in_.set(in_.model().sections["dataflow"].emplace_back(), "dataflow", "description", out, root_);
  }

  void threats() {
    for (Value one : root_.get("threats").items()) {
      Record& threat = in_.add("threats", in_.text(one, "id"));
      const std::string name = in_.text(one, "name");
      in_.set(threat, "threats", "statement", joined(name, in_.text(one, "description")), one);
      in_.set_tags(threat, in_.texts(one, "tags"), one.get("tags"));
      Texts letters;
      for (Value category : one.get("categories").items())
        if (std::string letter = stride_letter(category.text()); !letter.empty()) {
          in_.taken(category);
          letters.push_back(letter);
        }
      if (!letters.empty()) threat.add_metadata("STRIDE", letters);
      if (Texts cwes = in_.texts(one, "cwes"); !cwes.empty()) threat.add_metadata("custom:reeve-cwe", cwes);
      const Value risk = one.get("risk");
      for (const char* key : {"likelihood", "impact"})
        if (std::string rating = in_.text(risk, key); !rating.empty()) threat.add_metadata("custom:reeve-" + std::string(key), rating + " of 100");
      // A class where the file has both: over 70 of 100 twice is high, over 40 twice medium.
      const std::optional<double> likelihood = risk.get("likelihood").number(), hurts = risk.get("impact").number();
      const auto rated = [](const std::optional<double>& one) { return one && *one >= 0 && *one <= 100; };
      if (rated(likelihood) && rated(hurts)) threat.add_metadata("Priority", std::string(*likelihood * *hurts > 4900 ? "High" : *likelihood * *hurts > 1600 ? "Medium" : "Low"));
      std::string why = in_.text(risk, "likelihoodComment");
      const std::string impact = in_.text(risk, "impactComment");
      in_.comment(threat, why.empty() ? impact : impact.empty() ? why : why + "\n" + impact, risk);
    }
    for (Value one : root_.get("mitigations").items()) {
      Record& mitigation = in_.add("mitigations", in_.text(one, "id"));
      const std::string name = in_.text(one, "name");
      in_.set(mitigation, "mitigations", "content", joined(name, in_.text(one, "description")), one);
      if (!mitigation.has("content")) mitigation.fields["content"] = std::string();
      if (std::string share = in_.text(one, "riskReduction"); !share.empty()) mitigation.add_metadata("custom:reeve-risk-reduction", share + " %");
    }
  }

  // Which part a threat is of, and what is done about it there.
  void uses(const char* part) {
    for (Value owner : root_.get(part).items()) {
      for (Value use : owner.get("threats").items()) {
        const std::string id = in_.id_of("threats", in_.text(use, "threat"));
        auto& threats = in_.model().sections["threats"];
        for (Record& threat : threats) {
          if (threat.text("id") != id) continue;
          Texts assets = threat.texts("impactedAssets");
          const std::string name(owner.get("name").text());
          if (!name.empty() && name.size() <= 200 && std::find(assets.begin(), assets.end(), name) == assets.end()) assets.push_back(name);
          threat.fields["impactedAssets"] = assets;
        }
        for (Value done : use.get("mitigations").items()) {
          const std::string mitigation = in_.id_of("mitigations", in_.text(done, "mitigation"));
          in_.link(mitigation, id);
          state(mitigation, done.get("state"));
        }
      }
    }
  }

  // Several places, several states: the least that is done counts.
  void state(const std::string& mitigation, Value word) {
    static const char* const ranks[] = {"mitigationIdentified", "mitigationInProgress", "mitigationResolvedWillNotAction", "mitigationResolved"};
    const std::string_view text = word.text();
    const int rank = text == "implemented" ? 3 : text == "rejected" ? 2 : text == "required" || text == "recommended" ? 0 : -1;
    if (rank < 0) return;
    in_.taken(word);
    auto [found, fresh] = states_.try_emplace(mitigation, ranks[rank]);
    for (int former = 0; !fresh && former < 4; ++former)
      if (found->second == ranks[former] && rank < former) found->second = ranks[rank];
  }

  Placing in_;
  Value root_;
  std::map<std::string, std::string> names_, states_;
};

}  // namespace

Read read_otm(const Document& document) { return Otm(document).run(); }

}  // namespace reeve::model
