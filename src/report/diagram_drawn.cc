#include "report/diagram_drawn.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "base/words.h"
#include "report/html_page.h"
#include "report/markdown.h"

namespace reeve {
namespace {

using threats::Diagram;

// In pixels. A column is a box and the way to the next one.
constexpr int box_width = 166, way_width = 42, left = 122, top = 44, line_height = 16, head_height = 24, band_pad = 14, band_gap = 16, label_height = 20;
constexpr size_t kinds_most = 5, title_most = 20;

constexpr const char* column_titles[] = {"Edge", "Compute", "Messages", "Data", "Keys, identities"};

std::string px(int n) { return std::to_string(n); }

std::string text_at(int x, int y, std::string_view kind, std::string_view text) {
  return "<text x=\"" + px(x) + "\" y=\"" + px(y) + "\" class=\"" + std::string(kind) + "\">" + esc(text) + "</text>";
}

int box_height(const Diagram::Component& component) {
  const int lines = static_cast<int>(std::min(component.kinds.size(), kinds_most) + (component.kinds.size() > kinds_most));
  return head_height + std::max(lines, 1) * line_height + 6;
}

struct Box {
  int x = 0, y = 0, height = 0;
};

std::string name_of(const Diagram::Account& account) {
  std::string out = account.name.empty() ? account.id : account.name + " · " + account.id;
  if (account.outside) return out + ", outside the estate";
  return account.management ? out + ", manages the organization" : out;
}

std::string place_of_end(const Diagram& diagram, int account, size_t column) {
  if (account == Diagram::internet) return "the internet";
  const Diagram::Account& of = diagram.accounts[static_cast<size_t>(account)];
  return lower(column_titles[column]) + " of " + (of.name.empty() ? of.id : of.name);
}

std::string how_of(const Diagram::Flow& flow) {
  std::vector<std::string> how = flow.how;
  constexpr size_t most = 6;
  const bool more = how.size() > most;
  if (more) how.resize(most);
  return join(how, ", ") + (more ? " and more" : "");
}

std::string component(const Diagram::Component& of, const Box& box) {
  const bool exposed = of.exposed();
  std::string out = "<g class=\"" + std::string(exposed ? "part open" : "part") + "\"><rect x=\"" + px(box.x) + "\" y=\"" + px(box.y) + "\" width=\"" + px(box_width) + "\" height=\"" + px(box.height) + "\" rx=\"5\"/>";
  out += text_at(box.x + 10, box.y + 17, "h", of.kinds.empty() ? std::string(column_titles[of.column]) : std::string(column_titles[of.column]) + " · " + with_thousands(of.resources()));
  int y = box.y + head_height + 12;
  if (of.kinds.empty()) out += text_at(box.x + 10, y, "k", "not read");
  for (size_t i = 0; i < of.kinds.size(); ++i) {
    if (i == kinds_most) {
      out += text_at(box.x + 10, y, "k", "and " + count_text(of.kinds.size() - kinds_most, "more kind", "more kinds"));
      break;
    }
    const Diagram::Kind& kind = of.kinds[i];
    std::string title = kind.title.size() > title_most ? clip(kind.title, title_most - 1) : kind.title;
    out += "<g><title>" + esc(kind.title + ": " + with_thousands(kind.resources) + (kind.exposed ? ", the internet gets to some" : "")) + "</title>" +
           text_at(box.x + 10, y, kind.exposed ? "k x" : "k", title) + "<text x=\"" + px(box.x + box_width - 10) + "\" y=\"" + px(y) + "\" class=\"c\">" + with_thousands(kind.resources) + "</text></g>";
    y += line_height;
  }
  return out + "</g>";
}

// The tip is drawn as part of the line, so that a file alone needs no marker that a page may not have.
std::string flow(const Diagram& diagram, const Diagram::Flow& of, int x1, int y1, int x2, int y2) {
  const bool back = x2 <= x1;
  const int bend = back ? 40 : std::max(24, (x2 - x1) / 2);
  const std::string words = place_of_end(diagram, of.from, of.from_column) + " → " + place_of_end(diagram, of.to, of.to_column) + ": " + how_of(of) + ", " + count_text(of.relations, "relation");
  std::string kind = of.from == Diagram::internet ? "flow in" : of.from != of.to ? "flow across" : "flow";
  return "<g class=\"" + kind + "\"><title>" + esc(words) + "</title><path class=\"l\" d=\"M" + px(x1) + " " + px(y1) + "C" + px(x1 + bend) + " " + px(y1) + " " + px(x2 - bend - 8) + " " + px(y2) + " " + px(x2 - 8) + " " + px(y2) +
         "\"/><path class=\"t\" d=\"M" + px(x2 - 9) + " " + px(y2 - 4) + "l8 4l-8 4z\"/></g>";
}

constexpr const char* own_style =
    "svg{font:12px system-ui,sans-serif;background:#fff}text{fill:#4a5561}.h{font-weight:600;fill:#14191f}.c{text-anchor:end;font-variant-numeric:tabular-nums}.x{font-weight:600;fill:#aa1324}"
    ".band{fill:none;stroke:#5f6b77;stroke-dasharray:6 4}.band.out{stroke:#b78113}.part rect{fill:#f5f6f8;stroke:#5f6b77}.part.open rect{stroke:#aa1324;stroke-width:2}"
    ".l{fill:none;stroke:#5f6b77;stroke-width:1.4}.t{fill:#5f6b77}.in .l{stroke:#aa1324}.in .t{fill:#aa1324}.across .l{stroke:#143f66}.across .t{fill:#143f66}.net{fill:#fff;stroke:#aa1324;stroke-width:2}";

}  // namespace

std::string diagram_svg(const Diagram& diagram, bool alone) {
  const auto& columns = threats::diagram_columns();
  std::vector<bool> used(columns.size(), false);
  for (const Diagram::Account& account : diagram.accounts)
    for (const Diagram::Component& one : account.components) used[one.column] = true;
  std::vector<int> x_of(columns.size(), 0);
  int width = left;
  for (size_t i = 0; i < columns.size(); ++i)
    if (used[i]) x_of[i] = width, width += box_width + way_width;
  width += band_pad - way_width + 24;

  std::map<std::pair<int, size_t>, Box> boxes;
  std::string bands, parts;
  int y = top;
  for (size_t i = 0; i < diagram.accounts.size(); ++i) {
    const Diagram::Account& account = diagram.accounts[i];
    int height = 0;
    for (const Diagram::Component& one : account.components) height = std::max(height, box_height(one));
    const int band_height = label_height + height + band_pad * 2;
    bands += "<rect class=\"" + std::string(account.outside ? "band out" : "band") + "\" x=\"" + px(left - band_pad) + "\" y=\"" + px(y) + "\" width=\"" + px(width - left + band_pad - 10) + "\" height=\"" + px(band_height) + "\" rx=\"8\"/>" +
             text_at(left, y + 18, "h", name_of(account));
    for (const Diagram::Component& one : account.components) {
      const Box box{x_of[one.column], y + label_height + band_pad, box_height(one)};
      boxes[{static_cast<int>(i), one.column}] = box;
      parts += component(one, box);
    }
    y += band_height + band_gap;
  }
  const bool enters = std::any_of(diagram.flows.begin(), diagram.flows.end(), [](const Diagram::Flow& one) { return one.from == Diagram::internet; });
  const int middle = top + 40;
  std::string flows;
  std::map<std::pair<int, size_t>, int> arrived, left_from;  // how many lines begin and end at a box so far: each a little lower
  for (const Diagram::Flow& one : diagram.flows) {
    const auto to = boxes.find({one.to, one.to_column});
    if (to == boxes.end()) continue;
    const int in = std::min(to->second.height - 10, 16 + 7 * arrived[to->first]++);
    int x1 = 0, y1 = 0;
    if (one.from == Diagram::internet) {
      x1 = 104, y1 = middle;
    } else {
      const auto from = boxes.find({one.from, one.from_column});
      if (from == boxes.end()) continue;
      x1 = from->second.x + box_width, y1 = from->second.y + std::min(from->second.height - 10, 16 + 7 * left_from[from->first]++);
    }
    flows += flow(diagram, one, x1, y1, to->second.x, to->second.y + in);
  }
  std::string heads;
  for (size_t i = 0; i < columns.size(); ++i)
    if (used[i]) heads += text_at(x_of[i], 24, "h", column_titles[i]);
  const int height = std::max(y, middle + 60);
  const std::string words = "Data flows of " + count_text(diagram.accounts.size(), "account") + ": " + count_text(diagram.flows.size(), "flow") + " between what they have, as the table says";
  std::string out = "<svg " + std::string(alone ? "xmlns=\"http://www.w3.org/2000/svg\" " : "class=\"dfd\" ") + "width=\"" + px(width) + "\" height=\"" + px(height) + "\" viewBox=\"0 0 " + px(width) + " " + px(height) +
                    "\" role=\"img\" aria-label=\"" + esc(words) + "\">";
  if (alone) out += "<title>" + esc(words) + "</title><style>" + own_style + "</style>";
  out += heads + bands;
  if (enters) out += "<ellipse class=\"net\" cx=\"56\" cy=\"" + px(middle) + "\" rx=\"48\" ry=\"26\"/><text x=\"56\" y=\"" + px(middle + 4) + "\" class=\"h\" text-anchor=\"middle\">Internet</text>";
  out += flows + parts;
  return out + "</svg>" + (alone ? "\n" : "");
}

std::string diagram_flows_html(const Diagram& diagram) {
  std::string out = table_open("Data flows", {"From", "To", "How", "#Relations"});
  for (const Diagram::Flow& one : diagram.flows)
    out += "<tr>" + td(esc(place_of_end(diagram, one.from, one.from_column))) + td(esc(place_of_end(diagram, one.to, one.to_column))) + td(esc(how_of(one))) + td(one.relations) + "</tr>";
  return out + std::string(table_close);
}

std::string diagram_flows_markdown(const Diagram& diagram) {
  std::string out = "| from | to | how | relations |\n|---|---|---|---:|\n";
  for (const Diagram::Flow& one : diagram.flows)
    out += "| " + markdown_text(place_of_end(diagram, one.from, one.from_column)) + " | " + markdown_text(place_of_end(diagram, one.to, one.to_column)) + " | " + markdown_text(how_of(one)) + " | " + with_thousands(one.relations) + " |\n";
  return out;
}

}  // namespace reeve
