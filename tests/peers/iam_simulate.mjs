// Puts simulation documents, one a line on standard input, to the npm package that stands in the folder named, and gives its results.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { core } from "./iam_simulate_core.mjs";

const { runSimulation } = createRequire(process.argv[2] + "/x.js")("@cloud-copilot/iam-simulate");
const { read, decide } = core(process.argv[2]);
for await (const line of createInterface({ input: process.stdin })) {
  const document = JSON.parse(line);
  let answer;
  try {
    if (document.engine) {
      answer = { result: decide(read(document)) };
    } else {
      const told = await runSimulation(document, document.options ?? {});
      answer =
        told.resultType === "error"
          ? { error: told.errors.message }
          : { result: told.overallResult, ignored: told.result?.ignoredContextKeys, type: told.result?.resourceType };
    }
  } catch (error) {
    answer = { error: String(error) };
  }
  console.log(JSON.stringify(answer));
}
