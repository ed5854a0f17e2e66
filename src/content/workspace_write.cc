// What `reeve init` writes. Every line of it is meant to be read, edited and kept in git.
#include "base/file.h"
#include "base/text.h"
#include "content/workspace.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr std::string_view settings_text = R"(
# Which numbering of the SEC01 practices reports use. Without it: the one Reeve answers.
# edition: "2024-06"

scope:
  # What `reeve assess` reads when no source is named on the command line: folders, files, .tar, .tar.zst, .zip.
  sources: []
  # Only these accounts and Regions are judged; empty: all that the sources hold.
  accounts: []
  regions: []

# Who stands behind each owner role that controls name.
owners: {}
#  platform: j.okafor
#  cloud-gov: a.rossi

thresholds:
  # Exit status 1 if a result is at least this bad: never, critical, high, medium, low, informational, fail (any), unknown (fails too).
  fail_on: fail

# Keeps the pseudonyms of `--redact` the same from run to run; at least 16 characters that nobody guesses, such as from
# `head -c 24 /dev/urandom | base64`. Without it they stay the same only as long as the estate does.
# redaction_salt: ""
)";

constexpr std::string_view attestations_text = R"(# Attestations

Facts that no API knows: somebody's word, with an owner, a date and an end. One file holds one attestation or a list of them;
the file's name is free. An attestation that has expired makes its control unknown, and a fact that contradicts it makes it fail.

```yaml
control: root-recovery-drilled       # `reeve content list` names the controls that are attested
answer: yes                          # yes: the control's claim holds; no: it does not
owner: j.okafor
approver: a.rossi
given: 2026-10-01
expires: 2027-10-01                  # from this moment (00:00 UTC) on it no longer counts
evidence: ["minutes of 1 Oct 2026"]
```
)";

constexpr std::string_view exceptions_text = R"(# Exceptions

Failing resources that are accepted for a while. They stay in every report, apart and labelled, and fill no maturity level.
One file holds one exception or a list of them; the file's name is free.

```yaml
control: bucket-not-public
resource: "arn:aws:s3:::website-*"   # the resource's uid, or a pattern with * and ?
owner: web-team
approver: a.rossi
reason: Static website, nothing but published pages.
expires: 2027-02-01                  # from this moment (00:00 UTC) on the finding is open again
```
)";

constexpr std::string_view drills_text = R"(# Drills

What is to be tried out again and again, and what came of it. One file holds one drill or a list of them; the file's name is free.
A drill that is due within thirty days, overdue or failed is named in every report; an attestation that stands on one counts no longer
than the drill is in order.

```yaml
drill: root-recovery                 # root-recovery, incident or restore
title: Recovery of the management account's root user
owner: j.okafor
control: root-recovery-drilled       # the attested control that stands on it; optional
every_days: 365
first: 2026-10-01                    # by when it is due for the first time
records:
  - performed: 2026-09-17
    outcome: worked                  # or failed
    by: a.rossi
    evidence: ["minutes of 17 Sep 2026"]
```
)";

// A file that may be the user's already: only the missing line is added.
Status ignore_store(const std::string& path) {
  std::string text;
  if (exists(path)) text = TRY(read_file(path, 4ull << 20));
  for (std::string_view line : split(text, '\n'))
    if (trim(line) == ".reeve/" || trim(line) == ".reeve" || trim(line) == "/.reeve/") return {};
  if (!text.empty() && text.back() != '\n') text += '\n';
  return write_file_atomic(path, text + ".reeve/\n");
}

}  // namespace

Result<std::vector<std::string>> write_workspace(const std::string& dir, const std::string& organization) {
  std::string settings = join_path(dir, "reeve.yaml");
  if (exists(settings)) return fail(Code::conflict, "there is a workspace already", {settings}, {}, "edit it, or name another folder");
  std::string name;
  JsonWriter(name).string(organization);  // a JSON string is a YAML string, whatever the name holds

  std::vector<std::string> written;
  auto write = [&](const std::string& path, std::string_view text) -> Status {
    if (exists(path)) return {};
    TRY(write_file_atomic(path, text));
    written.push_back(path);
    return {};
  };
  TRY(write(join_path(dir, "attestations/README.md"), attestations_text));
  TRY(write(join_path(dir, "exceptions/README.md"), exceptions_text));
  TRY(write(join_path(dir, "drills/README.md"), drills_text));
  std::string ignored = join_path(dir, ".gitignore");
  TRY(ignore_store(ignored));
  written.push_back(ignored);
  // Last, so that a folder with a reeve.yaml is a whole workspace.
  TRY(write(settings, "# A Reeve workspace. Everything here is meant for git but .reeve/, which holds the record of runs.\norganization: " + name + "\n" +
                          std::string(settings_text)));
  return written;
}

}  // namespace reeve
