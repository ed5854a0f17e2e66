"""Names of some of the controls, for a run by those alone: those that find what bench_make_config planted, and of the others that facts alone decide
as many as are wanted, at equal distances in the order of their names.

    python3 bench/some_controls.py REEVE TRUTH_FOLDER HOW_MANY

Prints them with commas between.
"""

import json
import pathlib
import re
import subprocess
import sys


def asking_other_parts():
    """Those that wait for what another part of Reeve records (ways to administrator, detection, all controls): such a part has a bench of its own."""
    folder = pathlib.Path(__file__).resolve().parent.parent / "content" / "controls"
    return {path.parent.name for path in folder.glob("*/control.yaml") if re.search(r"\breeve:[a-z]", path.read_text())}


def main():
    reeve, truth, wanted = sys.argv[1], json.loads((pathlib.Path(sys.argv[2]) / "truth.json").read_text()), int(sys.argv[3])
    listed = json.loads(subprocess.run([reeve, "content", "list", "--format", "json"], capture_output=True, text=True, check=True).stdout)
    planted = {control for kind in truth["kinds"].values() for control in kind["controls"]}
    others = sorted({control["id"] for control in listed} - planted - asking_other_parts())
    more = min(wanted - len(planted), len(others))
    if more < 0:
        sys.exit(f"{len(planted)} controls find what is planted; {wanted} are too few")
    print(",".join(sorted(planted | {others[i * len(others) // more] for i in range(more)})))


if __name__ == "__main__":
    main()
