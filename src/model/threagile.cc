// Threagile's YAML (version 1): abuse cases and risks that people found become threats, security requirements and the risks' mitigations become mitigations,
// answered questions assumptions; assets, links and boundaries are told in the descriptions. Risks that Threagile itself would compute are
// not in the file, so what it tracks about them has no place.
#include <map>

#include "base/text.h"
#include "model/placing.h"

namespace reeve::model {
namespace {

class Threagile {
 public:
  explicit Threagile(const Document& document)
      : in_(document, Format::threagile,
            {"questions", "abuse_cases", "security_requirements", "data_assets", "technical_assets", "communication_links", "trust_boundaries", "shared_runtimes",
             "individual_risk_categories", "risks_identified", "risk_tracking"}),
        root_(document.root()) {}

  Read run() {
    in_.taken(root_.get("threagile_version"));
    Record& about = in_.model().sections["applicationInfo"].emplace_back();
    in_.set(about, "applicationInfo", "name", in_.text(root_, "title"), root_.get("title"));
    in_.set(about, "applicationInfo", "description", in_.text(root_.get("business_overview"), "description"), root_.get("business_overview"));
    for (const char* part : {"data_assets", "technical_assets"})
      for (auto one : root_.get(part).entries()) names_[std::string(one.value.get("id").text())] = std::string(one.key());
    architecture();
    flows();
    for (auto one : root_.get("abuse_cases").entries()) said("threats", "statement", "abuse-case", one);
    for (auto one : root_.get("security_requirements").entries()) said("mitigations", "content", "security-requirement", one);
    for (auto one : root_.get("questions").entries())
      if (!trim(one.value.text()).empty()) said("assumptions", "content", "question", one);
    for (auto one : root_.get("individual_risk_categories").entries()) category(one);
    return in_.finish();
  }

 private:
  std::string named(const std::string& id) const {
    auto found = names_.find(id);
    return found == names_.end() ? id : found->second;
  }

  void said(const char* section, const char* field, const char* tag, Value::Entries::Entry one) {
    Record& record = in_.add(section, std::string(tag) + "/" + std::string(one.key()));
    in_.set(record, section, field, std::string(one.key()) + ": " + in_.own(one.value), one.value);
    record.fields["tags"] = Texts{tag};
  }

  void architecture() {
    std::string out = in_.text(root_.get("technical_overview"), "description");
    if (!out.empty()) out += "\n";
    for (auto [part, title] : {std::pair<const char*, const char*>{"trust_boundaries", "Trust boundaries"}, {"technical_assets", "Technical assets"}, {"data_assets", "Data assets"}}) {
      const Value all = root_.get(part);
      if (all.size() == 0) continue;
      out += std::string(out.empty() ? "" : "\n") + "### " + title + "\n\n";
      for (auto one : all.entries()) {
        in_.taken(one.value.get("id"));
        std::string line = "- " + std::string(one.key());
        Texts facts;
        for (const char* key : {"type", "technology"})
          if (std::string fact = in_.text(one.value, key); !fact.empty()) facts.push_back(fact);
        if (in_.text(one.value, "internet") == "true") facts.push_back("from the internet");
        if (!facts.empty()) line += " (" + join(facts, ", ") + ")";
        for (const char* goal : {"confidentiality", "integrity", "availability"})
          if (std::string rating = in_.text(one.value, goal); !rating.empty()) line += std::string(", ") + goal + " " + rating;
        Texts inside;
        for (const std::string& id : in_.texts(one.value, "technical_assets_inside")) inside.push_back(named(id));
        if (!inside.empty()) line += ", around " + join(inside, ", ");
        if (std::string text = in_.text(one.value, "description"); !text.empty()) line += ": " + text;
        out += line + "\n";
      }
    }
    if (!out.empty()) in_.set(in_.model().sections["architecture"].emplace_back(), "architecture", "description", out, root_);
  }

  void flows() {
    std::string out;
    for (auto asset : root_.get("technical_assets").entries())
      for (auto link : asset.value.get("communication_links").entries()) {
        std::string line = "- " + std::string(asset.key()) + " → " + named(in_.text(link.value, "target"));
        if (std::string protocol = in_.text(link.value, "protocol"); !protocol.empty()) line += " (" + protocol + ")";
        line += ": " + std::string(link.key());
        Texts data;
        for (const char* key : {"data_assets_sent", "data_assets_received"})
          for (const std::string& id : in_.texts(link.value, key)) data.push_back((key[12] == 's' ? "sends " : "receives ") + named(id));
        if (!data.empty()) line += "; " + join(data, ", ");
        out += line + "\n";
      }
    if (!out.empty()) in_.set(in_.model().sections["dataflow"].emplace_back(), "dataflow", "description", out, root_);
  }

  void category(Value::Entries::Entry one) {
    const Value kind = one.value;
    in_.taken(kind.get("id"));
    const std::string name(one.key()), description = in_.text(kind, "description"), letter = stride_letter(kind.get("stride").text()), cwe = in_.text(kind, "cwe");
    if (!letter.empty()) in_.taken(kind.get("stride"));
    std::string mitigation;
    if (std::string what = in_.text(kind, "mitigation"); !what.empty()) {
      Record& record = in_.add("mitigations", "individual/" + name);
      in_.set(record, "mitigations", "content", what, kind.get("mitigation"));
      mitigation = std::string(record.text("id"));
    }
    for (auto found : kind.get("risks_identified").entries()) {
      Record& threat = in_.add("threats", "individual/" + name + "/" + std::string(found.key()));
      in_.set(threat, "threats", "statement", std::string(found.key()) + (description.empty() ? "" : ": " + description), found.value);
      threat.fields["tags"] = Texts{"individual-risk"};
      if (!letter.empty()) threat.add_metadata("STRIDE", Texts{letter});
      if (const std::string severity = in_.text(found.value, "severity"); !severity.empty()) {
        threat.add_metadata("Priority", std::string(severity == "critical" || severity == "high" ? "High" : severity == "low" ? "Low" : "Medium"));
        if (severity == "critical") threat.add_metadata("custom:reeve-severity", severity);  // Threat Composer knows none above High
      }
      if (std::string likelihood = in_.text(found.value, "exploitation_likelihood"); !likelihood.empty()) threat.add_metadata("custom:reeve-likelihood", likelihood);
      if (std::string impact = in_.text(found.value, "exploitation_impact"); !impact.empty()) threat.add_metadata("custom:reeve-impact", impact);
      if (!cwe.empty()) threat.add_metadata("custom:reeve-cwe", Texts{"CWE-" + cwe});
      if (std::string asset = in_.text(found.value, "most_relevant_technical_asset"); !asset.empty() && named(asset).size() <= 200)
        threat.fields["impactedAssets"] = Texts{named(asset)};
      if (!mitigation.empty()) in_.link(mitigation, std::string(threat.text("id")));
    }
  }

  Placing in_;
  Value root_;
  std::map<std::string, std::string> names_;
};

}  // namespace

Read read_threagile(const Document& document) { return Threagile(document).run(); }

}  // namespace reeve::model
