"""Makes what docker-compose.yml mounts as secrets and is missing: `python -m deploy.containers.keys [FOLDER]`.

For a machine to try it on. In production each country makes its own keys, and the issuer is the operators' own.
"""

from __future__ import annotations

import secrets
import sys
from pathlib import Path

from deploy.local.identity import ensure_identity
from deploy.local.layout import agreements_folder
from deploy.local.state import State
from shared.agreements import load_agreements

FOLDER = Path("var/containers")


def make(folder: Path) -> Path:
    """The folder of the keys within `folder`. What is there stays."""
    state = State(folder)
    agreements = load_agreements(agreements_folder())
    parties = [(country, party) for agreement in agreements for country, party in agreement.parties.items()]
    ensure_identity(state, {country: party.contact_point.key_set for country, party in parties})
    password = state.keys / "grafana-admin-password"
    if not password.exists():
        password.write_text(secrets.token_urlsafe(24))
    # A container sees a single file as it is on the host, and runs as another user than we: so each file is readable,
    # and the folder, through which nobody else on the host gets at them, is closed.
    state.keys.chmod(0o700)
    for path in state.keys.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o444)
    return state.keys


if __name__ == "__main__":
    print(f"Keys are in {make(Path(*sys.argv[1:2]) if sys.argv[1:] else FOLDER)}")
