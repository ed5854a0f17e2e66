#!/usr/bin/env python3
"""Takes pictures of the report of the bundled example and compares them with those in tests/browser/pictures.

    build/.venv/bin/python tests/browser/pictures.py [--reeve PROGRAM] [--update]

Three widths, light, dark, paper, and four kinds of colour blindness. A picture may differ by 0.2 % of its pixels; the names of those that
differ more are printed, and what was taken instead stands in build/pictures, with the pixels that differ in red. `--update` stores what
was taken; look at each before you commit it. Stored pictures have 24 colours; what is taken is brought to the same.

Letters look different with another Chromium or other fonts. `drawn-by.json` says what drew the stored ones; where that is not what
draws here, nothing is compared, and the run says so.
"""

import argparse
import json
import pathlib
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
from lib_browser import HERE, drive, example, missing  # noqa: E402
import lib_reeve  # noqa: E402

STORED = HERE / "pictures"
DRAWN_BY = STORED / "drawn-by.json"
ALLOWED = 0.002
COLOURS = 24
APART = 20


def reduced(taken):
    """The picture in the colours that fill most of it, none near another and the strong ones first: so the few pixels of a mark keep theirs."""
    from PIL import Image
    kept = []
    weight = lambda n, colour: n * (20 + max(colour) - min(colour))  # noqa: E731
    for _, colour in sorted(taken.getcolors(taken.width * taken.height), key=lambda one: (weight(*one), one), reverse=True):
        if all(max(abs(a - b) for a, b in zip(colour, other)) > APART for other in kept):
            kept.append(colour)
        if len(kept) == COLOURS:
            break
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in kept for part in colour])
    return taken.quantize(palette=palette, dither=Image.Dither.NONE)


def difference(stored, taken):
    """(share of pixels that differ, where they are white): the taken one is brought to the stored one's colours."""
    from PIL import Image, ImageChops
    if stored.size != taken.size:
        return 1.0, None
    mapped = taken.quantize(palette=stored, dither=Image.Dither.NONE).convert("RGB")
    apart = ImageChops.difference(mapped, stored.convert("RGB")).convert("L").point(lambda level: 255 if level else 0)
    return apart.histogram()[255] / (taken.width * taken.height), apart


def compare(checks, folder):
    from PIL import Image
    out = lib_reeve.ROOT / "build" / "pictures"
    shutil.rmtree(out, ignore_errors=True)
    taken = {path.name for path in folder.glob("*.png")}
    stored = {path.name for path in STORED.glob("*.png")}
    checks.check(len(taken) > 60 and taken == stored, "each picture is stored, and none besides", sorted(taken ^ stored)[:10])
    for name in sorted(taken & stored):
        was, now = Image.open(STORED / name), Image.open(folder / name).convert("RGB")
        share, apart = difference(was, now)
        if not checks.check(share <= ALLOWED, f"{name} is as it was", f"{100 * share:.2f} % of its pixels differ; see build/pictures/{name}"):
            out.mkdir(parents=True, exist_ok=True)
            now.save(out / name)
            if apart:
                marked = Image.blend(now, Image.new("RGB", now.size, "white"), 0.6)
                marked.paste((200, 0, 0), mask=apart)
                marked.save(out / name.replace(".png", ".differs.png"))
    # The measure itself.
    one = Image.new("RGB", (100, 100), "white")
    other = one.copy()
    other.paste((170, 19, 36), (0, 0, 5, 5))
    checks.check(abs(difference(reduced(other), one)[0] - 0.0025) < 1e-9 and difference(reduced(other), other)[0] == 0, "25 of 10,000 pixels are 0.25 %")


def update(folder, drawn_by):
    from PIL import Image
    STORED.mkdir(exist_ok=True)
    taken = {path.name for path in folder.glob("*.png")}
    for path in STORED.glob("*.png"):
        if path.name not in taken:
            path.unlink()
    written = []
    for name in sorted(taken):
        now = Image.open(folder / name).convert("RGB")
        if (STORED / name).exists() and difference(Image.open(STORED / name), now)[0] == 0:
            continue
        reduced(now).save(STORED / name, optimize=True)
        written.append(name)
    DRAWN_BY.write_text(json.dumps(drawn_by, indent=2) + "\n")
    print(f"{len(written)} of {len(taken)} pictures are new: {' '.join(written)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", default=str(lib_reeve.REEVE))
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    reeve = pathlib.Path(options.reeve).resolve()
    checks = lib_reeve.Checks()
    shown = "whether the report looks as it did"
    why = missing(reeve, ["playwright-core"], ["PIL"])
    if why:
        checks.skip("everything", why, shown)
        return checks.end()
    with tempfile.TemporaryDirectory(prefix="reeve-pictures-") as name:
        folder = pathlib.Path(name)
        made = example(reeve, folder, ("html", "json"))
        found = json.loads(made["json"].read_text())["findings"]
        finding = next(f["id"] for f in found if f["status"] == "fail" and f["control"] == "role-not-assumable-by-anyone")
        (folder / "taken").mkdir()
        drawn_by = json.loads(drive(checks, "pictures.mjs", 0, file=made["html"], finding=finding, folder=folder / "taken")[0])
        if options.update:
            update(folder / "taken", drawn_by)
            return checks.end()
        if not checks.check(DRAWN_BY.exists(), "pictures are stored"):
            return checks.end()
        stored_by = json.loads(DRAWN_BY.read_text())
        if drawn_by != stored_by:
            checks.skip("the pictures", f"Chromium {drawn_by['chromium']} with these fonts draws other letters than Chromium {stored_by['chromium']} with those of tests/browser/pictures/drawn-by.json", shown)
            return checks.end()
        compare(checks, folder / "taken")
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
