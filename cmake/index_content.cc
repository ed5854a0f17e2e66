// index_content FILE: writes the index of the built-in controls (assess/content_index.h), one line each, sorted by id:
//
//   bucket-encrypted guard live,template AWS::S3::Bucket AWS::S3::Table
//   mfa-for-people sql live
//
// The first line names the types that are parts of another where a template says so (`template.parts` in content/resources):
//
//   * AWS::S3::BucketPolicy AWS::SNS::TopicPolicy
//
// The second names all types that content knows, be it by a file of theirs, as a part, or in a rule:
//
//   * AWS::ACM::Certificate AWS::ApiGateway::Stage
//
// Behind the judge and where it judges stand the resource types that a Guard rule names, `*` if it asks of anything else too.
// The build runs it; a rule that does not compile fails the build.
#include <cstdio>
#include <set>

#include "base/file.h"
#include "check/guard.h"
#include "content/content.h"

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: index_content FILE\n");
    return 2;
  }
  const reeve::Content content = reeve::load_content(reeve::ContentOptions{});
  std::vector<reeve::Error> errors = content.errors;
  std::string out = "*";
  std::set<std::string> parts;
  for (const auto& type : content.resource_types)
    for (const reeve::Value part : type.document->root().get("template").get("parts").items()) parts.insert(std::string(part.get("type").text()));
  for (const std::string& part : parts) out += " " + part;
  out += "\n";
  std::set<std::string> known = parts;
  std::string lines;
  for (const auto& type : content.resource_types) known.insert(std::string(type.document->root().get("type").text()));
  for (const reeve::Control& control : content.controls) {
    lines += control.id + " " + std::string(reeve::name(control.judge)) + (control.live && control.in_template ? " live,template" : control.live ? " live" : " template");
    if (control.judge == reeve::Judge::guard) {
      const auto rules = reeve::guard::compile_guard(control.check.text, control.check.shown);
      if (!rules) {
        errors.push_back(rules.error());
        continue;
      }
      for (const std::string& type : (*rules)->types()) lines += " " + type, known.insert(type);
      if ((*rules)->any_type()) lines += " *";
    }
    lines += "\n";
  }
  out += "*";
  for (const std::string& type : known) out += " " + type;
  out += "\n" + lines;
  if (errors.empty())
    if (const auto written = reeve::write_file_atomic(arguments[1], out); !written) errors.push_back(written.error());
  for (const reeve::Error& error : errors) std::fprintf(stderr, "%s\n", error.text().c_str());
  return errors.empty() ? 0 : 1;
}
