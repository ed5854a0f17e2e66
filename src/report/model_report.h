// A threat model for people: one HTML page, Markdown, or the data-flow diagram alone as SVG.
//
// The same model is told in the order that a method asks for: Shostack's four questions, the four steps of NIST SP 800-154, or PASTA's seven
// stages. What people wrote into it is shown as text, whatever it holds. The same model and run give the same bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "model/model.h"
#include "threats/diagram.h"
#include "threats/quantify.h"
#include "threats/state.h"

namespace reeve {

struct ModelReport {
  const model::Model* model = nullptr;
  const threats::State* state = nullptr;      // how what is bound stands; null: no estate was looked at
  const threats::Money* money = nullptr;      // of the state's threats; null: what they may cost was not reckoned
  const threats::Diagram* diagram = nullptr;  // null: the same
  std::string organization;  // name for people; may be empty
  Time as_of;                // of the evidence; 0: there is none
  std::string view;          // one of model_views()
};

const std::vector<std::string>& model_views();  // four-questions, nist, pasta

std::string model_html(const ModelReport& report);
std::string model_markdown(const ModelReport& report);

}  // namespace reeve
