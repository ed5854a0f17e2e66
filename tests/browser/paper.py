#!/usr/bin/env python3
"""Prints the report to PDF and takes the pages apart: how many, what stands at their head, whether a row is cut, what is not printed.

    build/.venv/bin/python tests/browser/paper.py [--reeve PROGRAM]

Chromium tags its PDFs: each row of a table and each item of a list is an element that knows the pages it stands on.
"""

import argparse
import json
import pathlib
import re
import sys
import tempfile
import unicodedata

sys.dont_write_bytecode = True
from lib_browser import drive, example, missing  # noqa: E402
import lib_reeve  # noqa: E402

# As filtered, and no more than this.
PRINTED = 500


class Pages:
    def __init__(self, path):
        import pypdf
        reader = pypdf.PdfReader(path)
        self.number = {page.indirect_reference.idnum: at for at, page in enumerate(reader.pages)}
        self.text = [unicodedata.normalize("NFKC", page.extract_text()) for page in reader.pages]
        self.drawn = [page.get_contents().get_data() for page in reader.pages]
        self.tables, self.rows, self.items = [], [], []
        self.walk(reader.trailer["/Root"]["/StructTreeRoot"]["/K"], None, None)

    def walk(self, node, page, table):
        """The pages on which a node of the tree stands."""
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, int):
            return {page}
        if isinstance(node, list):
            return set().union(*(self.walk(one, page, table) for one in node))
        if "/Pg" in node:
            page = self.number[node.raw_get("/Pg").idnum]
        if node.get("/Type") == "/MCR":
            return {page}
        kind = node.get("/S")
        if kind == "/Table":
            table = {"heads": [], "pages": set()}
            self.tables.append(table)
        pages = self.walk(node["/K"], page, table) if "/K" in node else set()
        if kind == "/Table":
            table["pages"] = pages
        if kind == "/TR":
            (table["heads"] if table and self.is_head(node) else self.rows).append(pages)
        if kind == "/LI":
            self.items.append(pages)
        return pages

    def is_head(self, row):
        children = row["/K"] if isinstance(row["/K"], list) else [row["/K"]]
        return all(child.get_object().get("/S") == "/TH" for child in children)


def held(checks, what, pages, report):
    count = len(pages.text)
    cut = [sorted(row) for row in pages.rows + pages.items if len(row) > 1]
    checks.check(len(pages.rows) > 100 and not cut, f"{what}: no row and no item is cut", f"{len(pages.rows)} rows, cut on {cut[:5]}")
    long = [table for table in pages.tables if len(table["pages"]) > 1]
    bare = [table for table in long if not table["heads"] or set().union(*table["heads"]) != table["pages"]]
    checks.check(long and not [t for t in bare if t["heads"]], f"{what}: the head of a table stands on each of its pages", bare[:2])
    moment = "22 Nov 2026, 06:00 UTC"
    without = [at + 1 for at, text in enumerate(pages.text) if not ("SEC01 assessment · " + report["organization"] in text and moment in text and f"{at + 1} / {count}" in text)]
    checks.check(count > 1 and not without, f"{what}: organization, time and page stand at the head of each page", without)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", default=str(lib_reeve.REEVE))
    reeve = pathlib.Path(parser.parse_args().reeve).resolve()
    checks = lib_reeve.Checks()
    why = missing(reeve, ["playwright-core"], ["pypdf"])
    if why:
        checks.skip("everything", why, "what the report is on paper")
        return checks.end()
    with tempfile.TemporaryDirectory(prefix="reeve-paper-") as name:
        folder = pathlib.Path(name)
        made = example(reeve, folder, ("html", "json"))
        report = json.loads(made["json"].read_text())
        prints = [{"name": f"{form} {scheme}", "format": form, "scheme": scheme, "lead": False, "hash": ""} for form in ("A4", "Letter") for scheme in ("light", "dark")]
        prints += [{"name": f"{form}, what leads", "format": form, "scheme": "light", "lead": True, "hash": ""} for form in ("A4", "Letter")]
        prints += [{"name": "A4, filtered", "format": "A4", "scheme": "light", "lead": False, "hash": "#findings?status=fail&severity=critical&group=none"}]
        for at, one in enumerate(prints):
            one.update(file=str(made["html"]), pdf=str(folder / f"{at}.pdf"))
        drive(checks, "paper.mjs", len(prints), prints=prints)
        pages = {one["name"]: Pages(one["pdf"]) for one in prints}
        for what in ("A4 light", "Letter light", "A4, filtered"):
            held(checks, what, pages[what], report)
        for form in ("A4", "Letter"):
            checks.check(2 <= len(pages[f"{form}, what leads"].text) <= 6, f"{form}: sections 1 to 5 fit on six pages", len(pages[f"{form}, what leads"].text))
            checks.check(pages[f"{form} light"].drawn == pages[f"{form} dark"].drawn, f"{form}: a dark screen prints as a light one, to the byte")
        verdicts = report["verdicts"]
        found = verdicts["fail"] + verdicts["unknown"]
        whole = re.sub(r"\s+", " ", " ".join(pages["A4 light"].text))
        checks.check(found > PRINTED and f"{found:,} findings as filtered" in whole, "the printed findings are counted", found)
        checks.check(f"{found - PRINTED:,} more in the file" in whole, "what is not printed is counted", found - PRINTED)
        controls = lib_reeve.controls_of(report)
        critical = sum(f["status"] == "fail" and controls[f["control"]]["severity"] == "critical" for f in report["findings"])
        some = re.sub(r"\s+", " ", " ".join(pages["A4, filtered"].text))
        checks.check(0 < critical < PRINTED and f"{critical} findings as filtered" in some and "more in the file" not in some, "a filter holds on paper and is named there", critical)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
