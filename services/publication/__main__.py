"""Runs publication."""

from services.publication.app import NAME, build
from shared.service import run
from shared.settings import PublicationSettings

if __name__ == "__main__":
    run(NAME, build, PublicationSettings)
