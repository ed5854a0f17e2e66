#include "cli/model_commands.h"

namespace reeve {

std::vector<Command> model_commands() {
  return {
      {.name = "model import",
       .summary = "take a threat model into the workspace",
       .details = "Reads a model of AWS Threat Composer (.tc.json, schema 1) without loss, and keeps it in the workspace as threat-model.tc.json, which "
                  "AWS's editor opens and git compares line by line. A model that is there already is replaced, and that is said.\n\n"
                  "A document that does not fit its schema is refused (exit status 3), each breach named by its path and place. Links to "
                  "what is not there are kept and named. docs/model.md.",
       .arguments = {{.name = "FILE", .required = true, .form = Form::file, .help = "the model; `-` is standard input"}},
       .flags = {{.name = "--workspace", .letter = 'w', .value = "DIR", .form = Form::folder,
                  .help = "the folder that keeps the model, made if need be; default: the nearest reeve.yaml upward, else here"}},
       .examples = {{"reeve model import payments.tc.json --workspace security/", "from AWS Threat Composer"}},
       .run = run_model_import},
      {.name = "model export",
       .summary = "print the workspace's threat model for AWS Threat Composer",
       .details = "Prints threat-model.tc.json of the workspace as a document of AWS Threat Composer, schema 1, held against its rules.",
       .flags = {{.name = "--workspace", .letter = 'w', .value = "DIR", .form = Form::folder,
                  .help = "the folder that keeps the model; default: the nearest reeve.yaml upward, else here"}},
       .examples = {{"reeve model export --workspace security/ > payments.tc.json", "for the editor"}},
       .run = run_model_export},
  };
}

}  // namespace reeve
