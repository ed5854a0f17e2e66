#!/usr/bin/env python3
"""Holds content/frameworks against its generator and against what is known of each framework's numbering.

    python3 tests/framework_ids.py

No network and no source of ids is needed: tools/frameworks/ids.json was taken once. What a publisher counts is written here anew.
"""

import pathlib
import re
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tools"))
from frameworks import numbering  # noqa: E402
from lib_reeve import ROOT, Checks, built, reeve  # noqa: E402

# framework → requirements in the file, the form of an id
FRAMEWORKS = {
    "aws-fsbp": (301, r"[A-Z][A-Za-z0-9]+\.\d+"),
    "cis-aws-foundations": (70, r"\d(\.\d+){1,2}"),
    "iso-27001-2022": (93, r"A\.[5-8]\.\d+"),
    "nist-800-53-r5": (432, r"[A-Z]{2}-\d+(\(\d+\))?"),
    "nist-csf-2.0": (106, r"(GV|ID|PR|DE|RS|RC)\.[A-Z]{2}-\d\d"),
    "pci-dss-4.0": (259, r"(A\d\.)?\d+(\.\d+){1,4}"),
    "soc2": (61, r"(CC\d|A1|C1|PI1|P\d)\.\d"),
}
NUMBERED = {"NIST_CSF_20": 106, "NIST_800_53_R5": 298, "ISO_27001_2022": 93, "SOC2": 61}


def main():
    checks = Checks()
    done = subprocess.run([sys.executable, str(ROOT / "tools" / "make_frameworks.py"), "--check"], capture_output=True, text=True)
    checks.check(done.returncode == 0, "content/frameworks is what its generator writes: python3 tools/make_frameworks.py", done.stdout[-1500:] + done.stderr[-500:])
    for name, count in NUMBERED.items():
        checks.check(len(set(getattr(numbering, name))) == count == len(getattr(numbering, name)), f"{name} numbers {count}", len(getattr(numbering, name)))
    files = {path.stem: path.read_text() for path in (ROOT / "content" / "frameworks").glob("*.yaml") if path.stem != "sec01"}
    checks.check(sorted(files) == sorted(FRAMEWORKS), "the frameworks are those that are known here", sorted(files))
    for name, (count, form) in FRAMEWORKS.items():
        lines = re.findall(r'^  "([^"]+)": \[(.*)\]$', files.get(name, ""), re.M)
        checks.check(len(lines) == count == len({i for i, _ in lines}), f"{name} has {count} requirements", len(lines))
        wrong = [i for i, _ in lines if not re.fullmatch(form, i)]
        checks.check(not wrong, f"{name} has ids and nothing else", wrong[:5])
        # A file that calls everything covered is a list of claims.
        covered = sum(bool(controls) for _, controls in lines)
        checks.check(0 < covered < count, f"{name} leaves something uncovered", (covered, count))
        text = re.sub(r'^  ".*$|^#.*$', "", files.get(name, ""), flags=re.M)
        checks.check(len(text.split()) < 30, f"{name} has no text of its publisher", text)
    if built(checks, "explain tells a framework and a requirement"):
        whole, one, none = reeve("explain", "nist-csf-2.0"), reeve("explain", "nist-csf-2.0/PR.AA-03"), reeve("explain", "nist-csf-2.0/PR.AA-06")
        checks.check(whole.status == 0 and "106 requirements" in whole.out and "not covered" in whole.out, "explain tells a framework", whole.out[:200])
        checks.check(one.status == 0 and "root-mfa-enabled" in one.out, "explain tells a requirement", one.out)
        checks.check(none.status == 0 and "not covered" in none.out, "explain tells what is not covered", none.out)
        checks.check(reeve("explain", "nist-csf-2.0/PR.XX-01").status == 2, "explain knows no requirement that is none")
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
