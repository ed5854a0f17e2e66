"""What the tests of `reeve access` share."""

import json
import subprocess

from lib_reeve import REEVE


def has_simulate(reeve=REEVE):
    return subprocess.run([str(reeve), "access", "simulate", "--help"], capture_output=True, check=False).returncode == 0


def simulate(documents, reeve=REEVE, more=()):
    """Reeve's answers, one for each document, in their order."""
    lines = "".join(json.dumps(document) + "\n" for document in documents)
    words = [str(reeve), "access", "simulate", "-", "--format", "ndjson", *more]
    done = subprocess.run(words, input=lines, capture_output=True, text=True, check=False)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if len(answers) != len(documents):
        raise ValueError(f"{len(documents)} documents gave {len(answers)} answers, status {done.returncode}: {done.stderr[:2000]}")
    return answers


def verdict(answer):
    """The result, or Unknown where it hangs on a point that AWS's pages leave open; `result` then says no more than that nothing was shown to be
    allowed."""
    return answer["result"] if answer.get("certain", True) else "Unknown"
