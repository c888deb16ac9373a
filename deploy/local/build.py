"""`make database`: builds secantusd-rs once, into the cache, from where it is preferred from then on."""

from __future__ import annotations

import shutil
import subprocess
import sys

from deploy.local.cache import installing
from deploy.local.database import RUST_VERSION, build_folder, program


def main() -> int:
    """Exit code 0 if it is there in the end."""
    with installing("secantus-mdb"):
        if (found := program("rs")) is not None:
            print(f"secantusd-rs is there: {found}")
            return 0
        missing = [tool for tool in ("cargo", "cmake", "gcc") if shutil.which(tool) is None]
        if missing:
            print(f"To build secantusd-rs, {', '.join(missing)} must be on the path.", file=sys.stderr)
            return 1
        print(f"Building secantusd-rs {RUST_VERSION} into {build_folder()}; this takes some minutes.")
        options = ["--version", RUST_VERSION, "--locked", "--ignore-rust-version", "--root", str(build_folder())]
        return subprocess.run(["cargo", "install", "secantus-mdb", *options], check=False).returncode  # noqa: S607


if __name__ == "__main__":
    sys.exit(main())
