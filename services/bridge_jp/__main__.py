"""Runs the bridge: `python -m services.bridge_jp`."""

from services.bridge_jp.app import BRIDGE
from shared.bridge.app import run_bridge

if __name__ == "__main__":
    run_bridge(BRIDGE)
