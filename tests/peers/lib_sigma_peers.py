"""Other implementations of Sigma, fetched by name: the program of the crate rsigma and, from PyPI, pySigma with its SQLite backend."""

import os
import pathlib
import shutil
import subprocess
import sys

CACHE = pathlib.Path(os.environ.get("REEVE_PEER_CACHE", pathlib.Path.home() / ".cache" / "reeve-peers"))
VERSION = "0.23.0"
PACKAGES = ["pysigma==2.0.1", "pysigma-backend-sqlite==2.1.1"]


def rsigma():
    """The program as its users install it, built if it is not there yet (many minutes); None if it cannot be had."""
    home = CACHE / f"rsigma-{VERSION}"
    program = home / "bin" / "rsigma"
    if not program.exists() and shutil.which("cargo"):
        print(f"building rsigma {VERSION}, which takes some minutes", file=sys.stderr)
        subprocess.run(["cargo", "install", "rsigma", "--version", VERSION, "--locked", "--root", str(home), "--quiet"], check=False, cwd="/")
    return program if program.exists() else None


def pysigma(build):
    """The Python that has the packages, in a folder of the build; None if they cannot be had."""
    folder = build / ".venv-pysigma"
    python, done = folder / "bin" / "python", folder / "packages.txt"
    if not done.exists() or done.read_text().split() != PACKAGES:
        try:
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, capture_output=True, timeout=300)
            subprocess.run([str(folder / "bin" / "pip"), "-q", "install", *PACKAGES], check=True, capture_output=True, timeout=900)
            done.write_text("\n".join(PACKAGES))
        except (OSError, subprocess.SubprocessError):
            return None
    return python
