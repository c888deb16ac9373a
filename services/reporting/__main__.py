"""Runs reporting."""

from services.reporting.app import NAME, build
from shared.service import run
from shared.settings import Settings

if __name__ == "__main__":
    run(NAME, build, Settings)
