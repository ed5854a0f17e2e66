// Decides the documents of a file over and over by the package's core, policies read once; gives decisions a second after a warm-up.
import { readFileSync } from "node:fs";
import { core } from "../tests/peers/iam_simulate_core.mjs";

const [home, file, seconds] = process.argv.slice(2);
const { read, decide } = core(home);
const ready = [];
for (const line of readFileSync(file, "utf8").trim().split("\n")) {
  try {
    const one = read(JSON.parse(line));
    decide(one);
    ready.push(one);
  } catch {
    // what it does not take is not measured
  }
}
function run(milliseconds) {
  const start = performance.now();
  const before = process.cpuUsage();
  let count = 0;
  while (performance.now() - start < milliseconds)
    for (const one of ready) {
      decide(one);
      ++count;
    }
  const used = process.cpuUsage(before); // processor time, as on the other side
  return (count * 1e6) / (used.user + used.system);
}
run(seconds * 1000);
console.log(JSON.stringify({ per_second: run(seconds * 1000), cases: ready.length }));
