"""aws_probe, the helper program beside the AWS client, asked once with all that a test wants to know of it.

    probe = Probe(program, "sign")
    probe.ask({...}, lambda answer: ...)
    probe.run(checks)
"""

import json
import subprocess


class Probe:
    def __init__(self, program, *mode):
        self.command, self.asked = [str(program), *map(str, mode)], []

    def ask(self, question, then):
        self.asked.append((question, then))

    def run(self, checks):
        lines = "".join(json.dumps(question) + "\n" for question, _ in self.asked)
        done = subprocess.run(self.command, input=lines, capture_output=True, text=True)
        answers = done.stdout.splitlines()
        if checks.check(done.returncode == 0 and len(answers) == len(self.asked), "each question is answered", f"{done.returncode} {len(answers)} {done.stderr[:300]}"):
            for (_, then), answer in zip(self.asked, answers):
                then(json.loads(answer))
