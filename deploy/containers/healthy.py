"""Whether the service in this container is ready: `python -m deploy.containers.healthy`, exit code 0 or 1.

Imports nothing of ours: it is started every few seconds.
"""

from __future__ import annotations

import os
import sys
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException


def ready(port: int) -> bool:
    """Whether `/readyz` at a port of this machine answers 200."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=2.0)) as connection:
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == HTTPStatus.OK
        except (HTTPException, OSError):
            return False


if __name__ == "__main__":
    sys.exit(not ready(int(os.environ["KAKEHASHI_HTTP_PORT"])))
