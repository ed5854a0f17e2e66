// Simulation documents decided and answered.
#include "access/simulate.h"

#include <algorithm>

#include "base/text.h"
#include "base/threads.h"
#include "formats/json.h"

namespace reeve {
namespace {

using Outcome = Decision::Result;

constexpr size_t line_bytes_max = 64u << 20;
constexpr size_t batch_bytes = 2u << 20;

std::string_view effect_name(Effect effect) {
  switch (effect) {
    case Effect::allow: return "Allow";
    case Effect::deny: return "Deny";
    case Effect::unknown: return "unknown";
  }
  return "unknown";
}

void write_reasons(JsonWriter& json, const std::vector<Decision::Reason>& reasons) {
  json.key("reasons").begin_array();
  for (const auto& reason : reasons) {
    json.begin_object().member("policy_type", name(reason.kind)).member("effect", effect_name(reason.effect)).member("holds", name(reason.holds));
    if (!reason.where.policy.empty()) json.member("policy", reason.where.policy);
    if (reason.where.statement >= 0) json.member("statement", static_cast<int64_t>(reason.where.statement));
    if (!reason.where.sid.empty()) json.member("sid", reason.where.sid);
    if (!reason.where.path.empty()) json.member("path", reason.where.path);
    if (!reason.level.empty()) json.member("level", reason.level);
    if (!reason.note.empty()) json.member("note", reason.note);
    json.end_object();
  }
  json.end_array();
}

void write_strings(JsonWriter& json, const char* key, const std::vector<std::string>& texts) {
  json.key(key).begin_array();
  for (const auto& text : texts) json.string(text);
  json.end_array();
}

std::string json_of(const Simulation& simulation, const SimulationAnswer& answer) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  if (simulation.id) json.key("id").value(simulation.id);
  json.member("result", name(answer.result)).member("decided_by", name(answer.decision.by)).member("certain", answer.certain);
  write_reasons(json, answer.decision.reasons);
  write_strings(json, "unknown", answer.decision.unknown);
  if (!simulation.resource_type.empty()) json.member("resource_type", simulation.resource_type);
  if (!simulation.engine) write_strings(json, "ignored_context_keys", simulation.ignored_keys);
  if (simulation.pattern) {
    json.key("results").begin_array();
    for (const auto& part : answer.parts) {
      Outcome result = part.decision.result;
      bool shown = result != Outcome::unknown;
      json.begin_object().member("resourceType", part.type).member("resourcePattern", part.pattern);
      json.member("result", name(shown ? result : simulation.discovery ? Outcome::allowed : Outcome::implicitly_denied));
      json.member("certain", shown).member("witness", part.witness).member("decided_by", name(part.decision.by));
      write_reasons(json, part.decision.reasons);
      write_strings(json, "unknown", part.decision.unknown);
      json.end_object();
    }
    json.end_array();
  }
  json.end_object();
  out += '\n';
  return out;
}

std::string text_of(const Simulation& simulation, const SimulationAnswer& answer, uint32_t number) {
  std::string out = answer.certain ? std::string(name(answer.result)) : "Unknown";
  out.resize(std::max<size_t>(out.size(), 17), ' ');
  auto id = simulation.id.scalar_text();
  out += id ? std::string(*id) : "line " + std::to_string(number);
  out += "  " + simulation.request.action + " " + simulation.request.resource;
  if (answer.decision.by != Decision::By::none) out += "  by " + std::string(name(answer.decision.by));
  for (const auto& reason : answer.decision.reasons) {
    if (reason.where.policy.empty() && reason.note.empty()) continue;
    out += "\n                 " + std::string(name(reason.kind));
    if (!reason.level.empty()) out += " " + reason.level;
    if (!reason.where.policy.empty()) out += "  " + reason.where.policy + " " + reason.where.path;
    if (!reason.where.sid.empty()) out += " (" + reason.where.sid + ")";
    if (!reason.note.empty()) out += ": " + reason.note;
  }
  for (const auto& point : answer.decision.unknown) out += "\n                 unknown  " + point;
  for (const auto& part : answer.parts)
    out += "\n                 " + std::string(name(part.decision.result)) + "  " + part.type + " " + part.pattern + ", for example " + part.witness;
  out += '\n';
  return out;
}

void count(const SimulationAnswer& answer, SimulationCounts& counts) {
  counts.uncertain += !answer.certain;
  switch (answer.result) {
    case Outcome::allowed: ++counts.allowed; break;
    case Outcome::explicitly_denied: ++counts.explicitly_denied; break;
    default: ++counts.implicitly_denied; break;
  }
}

}  // namespace

SimulationAnswer simulate(const Simulation& simulation) {
  SimulationAnswer out;
  if (simulation.pattern) {
    PatternDecision decided = decide_pattern(simulation.request, simulation.policies, simulation.shapes, simulation.options);
    out.result = decided.overall;
    out.parts = std::move(decided.parts);
    auto told = std::find_if(out.parts.begin(), out.parts.end(), [&](const auto& part) { return part.decision.result == decided.overall; });
    if (told != out.parts.end()) {
      out.decision = told->decision;
    } else {
      out.decision = decide(simulation.request, simulation.policies, simulation.options);
      out.decision.result = decided.overall;
    }
  } else {
    out.decision = decide(simulation.request, simulation.policies, simulation.options);
    out.result = out.decision.result;
  }
  out.certain = out.result != Outcome::unknown;
  // What is not shown to be allowed is not allowed; in discovery the question is whether some context would let it in.
  if (!out.certain) out.result = simulation.discovery ? Outcome::allowed : Outcome::implicitly_denied;
  return out;
}

std::string Simulator::answer(std::string_view line, uint32_t number, std::vector<Error>& problems, SimulationCounts& counts) const {
  auto refused = [&](Error error, Value id) {
    if (error.at.path.empty()) error.at.path = options_.file;
    if (error.at.line == 0) error.at.line = number;
    ++counts.bad;
    std::string out;
    if (options_.text) {
      out = "error            line " + std::to_string(number) + "  " + error.what + "\n";
    } else {
      JsonWriter json(out);
      json.begin_object();
      if (id) json.key("id").value(id);
      json.key("result").null().member("error", error.what + (error.expected.empty() ? "" : "; " + error.expected));
      json.key("reasons").begin_array().end_array().key("unknown").begin_array().end_array().end_object();
      out += '\n';
    }
    problems.push_back(std::move(error));
    return out;
  };
  ++counts.lines;
  auto document = read_json(line, Source{.file = options_.file}, JsonOptions{.first_line = number});
  if (!document) return refused(std::move(document).error(), {});
  for (const Place& place : (*document)->duplicate_keys()) {
    problems.push_back({Code::parse, "the key stands twice in one map; its last value counts", place, {}, {}});
    ++counts.bad;
  }
  Value root = (*document)->root();
  auto simulation = read_simulation(root, options_.table.get());
  if (!simulation) return refused(std::move(simulation).error(), root.get("id"));
  SimulationAnswer decided = simulate(*simulation);
  count(decided, counts);
  return options_.text ? text_of(*simulation, decided, number) : json_of(*simulation, decided);
}

SimulationCounts Simulator::run(const Read& read, const Write& write, const Problem& problem) const {
  SimulationCounts total;
  const size_t threads = options_.threads ? options_.threads : worker_count();
  std::string buffer;
  uint32_t number = 0;
  bool ended = false, skipping = false;
  struct Line {
    std::string_view text;
    uint32_t number;
  };
  struct Part {
    std::string out;
    std::vector<Error> problems;
    SimulationCounts counts;
  };
  auto decide_lines = [&](const std::vector<Line>& lines) {
    const size_t share = std::max<size_t>(1, (lines.size() + threads * 4 - 1) / (threads * 4));
    std::vector<Part> parts((lines.size() + share - 1) / share);
    parallel_for(parts.size(), threads, [&](size_t index, size_t) {
      Part& part = parts[index];
      for (size_t i = index * share; i < std::min(lines.size(), (index + 1) * share); ++i)
        part.out += answer(lines[i].text, lines[i].number, part.problems, part.counts);
    });
    for (const Part& part : parts) {
      write(part.out);
      for (const Error& error : part.problems) problem(error);
      total.lines += part.counts.lines;
      total.allowed += part.counts.allowed;
      total.explicitly_denied += part.counts.explicitly_denied;
      total.implicitly_denied += part.counts.implicitly_denied;
      total.uncertain += part.counts.uncertain;
      total.bad += part.counts.bad;
    }
  };
  while (!ended) {
    // At least one whole line, and as much more as one read gives.
    const size_t before = buffer.size();
    buffer.resize(before + batch_bytes);
    const size_t got = read(buffer.data() + before, batch_bytes);
    buffer.resize(before + got);
    ended = got == 0;
    std::vector<Line> lines;
    size_t at = 0;
    for (;;) {
      size_t end = buffer.find('\n', std::max(at, at == 0 ? before : at));
      if (end == std::string::npos) {
        if (!ended || at >= buffer.size()) break;
        end = buffer.size();
      }
      ++number;
      std::string_view text = std::string_view(buffer).substr(at, end - at);
      if (number == 1 && starts_with(text, "\xEF\xBB\xBF")) text.remove_prefix(3);
      if (skipping)
        skipping = false;
      else if (!trim(text).empty())
        lines.push_back({text, number});
      at = std::min(end + 1, buffer.size());
    }
    decide_lines(lines);
    buffer.erase(0, at);
    if (buffer.size() > line_bytes_max) {
      if (!skipping) {
        Error error{Code::limit, "the line is longer than " + std::to_string(line_bytes_max >> 20) + " MiB", {options_.file, number + 1, 0}, {}, {}};
        SimulationCounts counts;
        write(options_.text ? "error            line " + std::to_string(number + 1) + "  " + error.what + "\n"
                            : "{\"result\":null,\"error\":\"" + error.what + "\",\"reasons\":[],\"unknown\":[]}\n");
        problem(error);
        ++total.lines;
        ++total.bad;
      }
      skipping = true;
      buffer.clear();
    }
  }
  return total;
}

}  // namespace reeve
