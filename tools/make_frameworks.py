#!/usr/bin/env python3
"""Writes content/frameworks from tools/frameworks: the numbering, which control equals which check, and our own reading.

    python3 tools/make_frameworks.py               write the files
    python3 tools/make_frameworks.py --check       exit 1, naming each difference, unless the committed files are current
    python3 tools/make_frameworks.py --ids WHEEL   take ids.json anew from a wheel of Prowler (ids of checks and requirements, no text)

ids.json holds, by framework, the requirement ids to which Prowler maps the checks of equivalents.txt, and the requirement ids it knows at all:
each must be an id of numbering.py where that lists the framework whole.
"""

import argparse
import json
import pathlib
import re
import sys
import zipfile

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(HERE))

from frameworks import numbering  # noqa: E402

IDS = HERE / "frameworks" / "ids.json"
# id: title, version, publisher, file in the wheel (None: its ids are of another edition), numbering (None: the source's list is all we know)
FRAMEWORKS = {
    "aws-fsbp": ("AWS Foundational Security Best Practices", "1.0.0", "AWS", "aws_foundational_security_best_practices_aws", None),
    "cis-aws-foundations": ("CIS Amazon Web Services Foundations Benchmark", "7.0", "CIS", "cis_7.0_aws", None),
    "iso-27001-2022": ("ISO/IEC 27001, annex A", "2022", "ISO/IEC", "iso27001_2022_aws", numbering.ISO_27001_2022),
    "nist-800-53-r5": ("NIST Special Publication 800-53", "5", "NIST", "nist_800_53_revision_5_aws", numbering.NIST_800_53_R5),
    "nist-csf-2.0": ("NIST Cybersecurity Framework", "2.0", "NIST", None, numbering.NIST_CSF_20),
    "pci-dss-4.0": ("PCI DSS", "4.0", "PCI SSC", "pci_4.0_aws", numbering.PCI_DSS_40),
    "soc2": ("SOC 2, trust services criteria", "2017", "AICPA", "soc2_aws", numbering.SOC2),
}


def requirement_id(framework, requirement):
    """The publisher's id of a requirement as the source spells it."""
    text = requirement["Id"]
    if framework == "pci-dss-4.0":  # the source numbers its own rows below the requirement, which stands before the colon
        return requirement["Attributes"][0]["Section"].split(":")[0].strip()
    if framework == "soc2":  # cc_6_1, cc_a_1_1, pi_1_2
        letters, numbers = re.fullmatch(r"(?:cc_(?=[a-z]))?([a-z]+)_(\d+_\d+)", text).groups()
        return letters.upper() + numbers.replace("_", ".")
    if framework == "nist-800-53-r5":  # ac_2_3_a: AC-2(3); ac_2_d_1: AC-2, whose statement has a part d
        family, number, enhancement = re.match(r"([a-z]{2})_(\d+)(?:_(\d+))?(?=_|$)", text).groups()
        base = f"{family.upper()}-{number}"
        whole = f"{base}({enhancement})" if enhancement else base
        # A family's first control has no enhancements, and revision 5 withdrew two that the source still has.
        return base if number == "1" or whole in ("AC-3(1)", "SC-7(2)") else whole
    return text


def natural(text):
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.findall(r"\d+|[^\d.()-]+", text)]


def ids_of(wheel):
    checks = {check for line in equivalents().values() for check in line}
    out = {}
    with zipfile.ZipFile(wheel) as archive:
        known = {name.split("/")[-2] for name in archive.namelist() if "providers/aws/services/" in name and name.endswith(".metadata.json")}
        for check in sorted(checks - known):
            print(f"equivalents.txt: there is no check `{check}`")
        for framework, (_, _, _, file, _) in FRAMEWORKS.items():
            if not file:
                continue
            requirements = json.loads(archive.read(f"prowler/compliance/aws/{file}.json"))["Requirements"]
            mapped = {}
            for requirement in requirements:
                for check in checks & set(requirement["Checks"]):
                    mapped.setdefault(check, set()).add(requirement_id(framework, requirement))
            order = list(dict.fromkeys(requirement_id(framework, r) for r in requirements))
            out[framework] = {"requirements": order, "checks": {check: sorted(ids, key=natural) for check, ids in sorted(mapped.items())}}
    return out


def lines(name):
    for line in (HERE / "frameworks" / name).read_text().splitlines():
        line = line.split("#")[0].strip()
        if line:
            yield line


def equivalents():
    return {control: checks.split() for control, _, checks in (line.partition(":") for line in lines("equivalents.txt"))}


def objectives():
    """{objective: [control]}"""
    out = {}
    for path in sorted((ROOT / "content" / "controls").glob("*/control.yaml")):
        found = re.search(r"^objective: *(\S+)", path.read_text(), re.M)
        out.setdefault(found.group(1), []).append(path.parent.name)
    return out


def dropped(page, requirement, names, problems):
    """A line of judged.txt that begins with `-`: the source of ids is wrong about these controls, or about the requirement altogether."""
    if requirement not in page or not set(names) <= page[requirement]:
        problems.append(f"judged.txt: nothing says `{requirement}: {' '.join(names)}` that could be dropped")
    elif names:
        page[requirement] -= set(names)
    else:
        del page[requirement]


def made(problems):
    """{path: text}"""
    ids, of = json.loads(IDS.read_text()), objectives()
    controls = {control for group in of.values() for control in group}
    pages = {}
    for framework, (_, _, _, _, numbers) in FRAMEWORKS.items():
        source = ids.get(framework, {"requirements": [], "checks": {}})
        known = list(numbers or [])
        for requirement in source["requirements"]:
            if requirement in known:
                continue
            # Annexes of PCI DSS and enhancements of 800-53 are not numbered here; any other new id is a slip.
            if numbers and not re.fullmatch(r"A\d[\d.]+|[A-Z]{2}-\d+\(\d+\)", requirement):
                problems.append(f"{framework}: `{requirement}` of ids.json is no id of numbering.py")
            known.append(requirement)
        if framework == "aws-fsbp":
            known = sorted({*known, *numbering.FSBP_LATER}, key=lambda text: (text.split(".")[0], int(text.split(".")[1])))
        if numbers and framework == "nist-800-53-r5":
            known.sort(key=natural)
        pages[framework] = {requirement: set() for requirement in known}
        for control, checks in equivalents().items():
            if control not in controls:
                problems.append(f"equivalents.txt: there is no control `{control}`")
            for check in checks:
                for requirement in source["checks"].get(check, []):
                    pages[framework][requirement].add(control)
    framework = ""
    for line in lines("judged.txt"):
        if line.startswith("["):
            framework = line.strip("[]")
            continue
        requirement, _, names = line.partition(":")
        if requirement.startswith("-"):
            dropped(pages[framework], requirement[1:], names.split(), problems)
            continue
        for name in names.split():
            group = of.get(name[1:], []) if name.startswith("@") else [name] if name in controls else []
            if not group:
                problems.append(f"judged.txt: there is no `{name}`")
            if requirement not in pages[framework]:
                problems.append(f"judged.txt: {framework} has no `{requirement}`")
            else:
                pages[framework][requirement].update(group)
    out = {}
    for framework, (title, version, publisher, _, _) in FRAMEWORKS.items():
        text = f'# Made by tools/make_frameworks.py. Ids of requirements, and the controls that speak to each.\ntitle: {title}\nversion: "{version}"\npublisher: {publisher}\nrequirements:\n'
        for requirement, speak in pages[framework].items():
            text += f'  "{requirement}": [{", ".join(sorted(speak))}]\n'
        out[ROOT / "content" / "frameworks" / f"{framework}.yaml"] = text
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--ids", metavar="WHEEL")
    options = parser.parse_args()
    if options.ids:
        IDS.write_text(json.dumps(ids_of(options.ids), indent=1) + "\n")
    problems = []
    for path, text in made(problems).items():
        if options.check and (not path.exists() or path.read_text() != text):
            problems.append(f"{path.relative_to(ROOT)} is not what tools/make_frameworks.py writes")
        elif not options.check:
            path.write_text(text)
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
