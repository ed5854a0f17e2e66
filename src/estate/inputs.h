// Inputs: from what the user named (folders, files, archives) to a list of units of work, each file placed by its content or layout.
//
//   …/ACCOUNT/REGION/SERVICE-OPERATION.json, …/SERVICE-OPERATION/PARAMETER   AWS CLI output, one file per call
//   *.json(.gz) with `configurationItems`                                    AWS Config snapshot or history
//   *.frames with *.index beside it                                         a snapshot made by `reeve collect` (store/snapshot.h)
//   a CSV with the credential report's columns
//   a JSON with UserDetailList, RoleDetailList …                            iam:GetAccountAuthorizationDetails alone
//   a YAML or JSON template with Resources                                  CloudFormation: resources not yet born
//   JSON of `terraform show`, or a .tfstate                                 Terraform: a plan's resources are not yet born either
//   NDJSON of alerts, as `reeve detect` writes it                            no part of any unit: what was done, not how things stand
//   .tar, .tar.gz, .tar.zst, .zip                                           any mix of the above
//
// Nothing is judged here and only the beginning of large files is read. What is no input is listed as such; what is laid out like CLI
// output but names no call that content knows is `unplaced`. A unit is one account with all that tells about it, one template
// file, or the organization (all replies that tell about it, from whichever account they came).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "estate/resource_type.h"

namespace reeve {

enum class InputKind : uint8_t { reply, config, credential_report, authorization_details, cloudformation, terraform, snapshot, alerts, ignored, unplaced, broken };
std::string_view name(InputKind kind);

// One file or archive member, or one frame of a snapshot.
struct Input {
  std::string shown;         // path for people: `dir/file`, `dump.tar!dir/file`
  InputKind kind = InputKind::ignored;
  std::string why;           // of what is set aside
  std::string call;          // of replies: `s3:GetBucketPolicy`
  std::vector<std::pair<std::string, std::string>> parameters;  // name (empty for CLI output) and value
  std::string account, region;  // as far as the layout or the content tells
  std::string folder;        // of CLI output: the folder that stands for the account
  int64_t mtime_ms = 0;
  uint64_t size_bytes = 0;
  std::string digest;        // of its bytes, hex
  std::string disk_path;     // empty for members of archives
  std::shared_ptr<const std::string> member;  // bytes of an archive's member
  uint32_t page = 0;         // of CLI output saved page by page (`ec2-describe-instances-2.json`): which one; 0 if not said
  uint64_t frame_offset = 0, frame_bytes = 0; // of snapshot frames: where in disk_path
  int64_t time_ms = 0;       // of snapshot frames: when the call was made

  // The bytes, unpacked if they are gzip or zstd; at most `bytes_max`.
  Result<std::string> read(uint64_t bytes_max) const;
  // The same in pieces; `piece` returns false to stop. `head_only`: it will, soon.
  Status stream(const std::function<bool(std::string_view)>& piece, bool head_only = false) const;
};

struct Unit {
  enum class Kind : uint8_t { account, organization, cloudformation } kind = Kind::account;
  std::string key;      // `account:111122223333`, `organization`, `template:path`
  std::string account;
  std::vector<Input> inputs;  // in order of `shown`
  std::vector<Input> beside;  // of a template: the files that it opens, such as its nested stacks', and CDK's manifest
  std::string digest() const;  // of its inputs and what stands beside them
};

struct Inputs {
  std::vector<Unit> units;        // by key; the organization last
  std::vector<Input> alerts;      // files of alerts, by path
  std::vector<Input> set_aside;   // ignored, unplaced and broken, by path
  std::vector<Error> problems;    // what could not be read
  std::vector<Error> notes;       // what a person should know, such as an account that had to be guessed
};

// `progress` is told now and then how many files were looked at.
Inputs find_inputs(const std::vector<std::string>& sources, const ResourceCatalogue& catalogue);

}  // namespace reeve
