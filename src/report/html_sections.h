// The sections of the report, each as markup: in the order in which they stand (ux.md §3). Parts of one page, not of anything else.
#pragma once

#include <string>

#include "report/html_page.h"

namespace reeve {

struct RailItem {
  std::string id, title, note;
};

std::string page_sprite();                                    // the SVG marks, once
std::string page_bar(const Report& report);                   // what was assessed, when, and the page's tools
std::string page_rail(const Report& report, const std::vector<RailItem>& items);  // the sections and the verdicts
std::string section_summary(const Report& report);            // level, stairs, figures, what blocks the next level
std::string section_practices(const Report& report);          // the eight, each opening in place
std::string section_do_first(const Report& report);
std::string section_depth(const Report& report);
std::string section_findings(const Report& report, const std::string& first_rows, uint64_t shown);  // the table's shell and the rows that stand without script
std::string section_unknowns(const Report& report);
std::string section_trends(const Report& report);
std::string section_attestations(const Report& report);
std::string section_frameworks(const Report& report);
std::string section_responsibility(const Report& report);
std::string section_challenges(const Report& report);
std::string section_method(const Report& report);

// One row of the table that stands without script.
std::string finding_row(const Report& report, const ControlResult& control, const store::StoredFinding& finding);
// What the script needs to know of controls, practices and accounts: members of a JSON object, beginning with a comma.
std::string script_facts(const Report& report);

// The IAM actions that let a call be made, as the resource types that read it ask for them: the one of its name, else those of its
// service, else all. Empty if no type reads it.
std::vector<std::string> actions_for(const Content& content, std::string_view call);

}  // namespace reeve
