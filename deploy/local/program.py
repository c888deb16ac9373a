"""How this program is called, so that what it says to type can be typed."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path

NAME = "kakehashi"
DEFAULT_STATE = Path("var")
"""The state folder of a stack for which none is named."""


def command(*words: str) -> str:
    """A command line of this program, as the one at the keyboard would have to type it."""
    called = Path(sys.argv[0])
    if called.name != NAME or shutil.which(NAME) == str(called.absolute()):
        return shlex.join([NAME, *words])
    path = called.absolute()
    here = Path.cwd()
    return shlex.join([str(path.relative_to(here) if path.is_relative_to(here) else path), *words])


def state_option(folder: Path) -> list[str]:
    """The option that names a state folder; none where it is the default one."""
    return [] if folder.absolute() == DEFAULT_STATE.absolute() else ["--state", os.path.relpath(folder)]
