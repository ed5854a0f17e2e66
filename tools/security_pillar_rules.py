#!/usr/bin/env python3
"""The managed rules of AWS's conformance pack for the security pillar, as the control on them lists them.

    python3 tools/security_pillar_rules.py PACK.yaml           print the rows for check.sql
    python3 tools/security_pillar_rules.py --check PACK.yaml   exit 1, naming each difference, unless the control lists the same

PACK is aws-config-conformance-packs/Operational-Best-Practices-for-AWS-Well-Architected-Security-Pillar.yaml of
awslabs/aws-config-rules (CC0-1.0). Only identifiers are taken.
"""

import pathlib
import re
import sys

QUERY = pathlib.Path(__file__).resolve().parent.parent / "content" / "controls" / "security-pillar-rules-evaluated" / "check.sql"


def rows(identifiers, width=128):
    out, line = [], " "
    for i, name in enumerate(identifiers):
        cell = f" ('{name}')" + ("," if i < len(identifiers) - 1 else "")
        if len(line + cell) > width:
            out.append(line)
            line = " "
        line += cell
    return "\n".join([*out, line])


def main():
    paths = [a for a in sys.argv[1:] if a != "--check"]
    if len(paths) != 1:
        sys.exit(__doc__)
    there = sorted(set(re.findall(r"SourceIdentifier: (\S+)", pathlib.Path(paths[0]).read_text())))
    if "--check" not in sys.argv:
        print(rows(there))
        return 0
    listed = re.findall(r"\('([A-Z0-9_]+)'\)", QUERY.read_text())
    for name in sorted(set(there) ^ set(listed)):
        print(f"{QUERY}: {name} is {'listed and not in the pack' if name in listed else 'in the pack and not listed'}")
    return 1 if set(there) != set(listed) else 0


if __name__ == "__main__":
    sys.exit(main())
