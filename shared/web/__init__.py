"""HTTP for every service: one application factory, problems for all errors, who is asking, health and metrics."""

from shared.web.app import create_app
from shared.web.auth import actor

__all__ = ["actor", "create_app"]
