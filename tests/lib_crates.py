"""Crates whose resources tests use: fetched by name into cargo's own cache, never built."""

import os
import pathlib
import shutil
import subprocess


def crate_folder(name, version):
    """The unpacked crate; None if it is not there and cannot be fetched."""
    home = pathlib.Path(os.environ.get("CARGO_HOME", pathlib.Path.home() / ".cargo"))

    def found():
        return next(iter(sorted((home / "registry" / "src").glob(f"*/{name}-{version}"))), None)

    if found() is None and shutil.which("cargo"):
        try:
            subprocess.run(["cargo", "info", "--quiet", f"{name}@{version}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120, cwd="/")
        except (OSError, subprocess.TimeoutExpired):
            return None
    return found()
