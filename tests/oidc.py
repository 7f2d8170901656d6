"""An OpenID provider for tests: discovery and keys over plain HTTP on loopback."""

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from issuer import Issuer


@contextlib.contextmanager
def provider(name: str, algorithm: str = "RS256", now: float = 1_700_000_000.0) -> Iterator[Issuer]:
    """An issuer whose `url` answers discovery and, for a block, publishes its key."""
    documents: dict[str, Any] = {}

    class Pages(BaseHTTPRequestHandler):
        """The documents by path."""

        def do_GET(self) -> None:
            """Answer one."""
            found = documents.get(self.path)
            body = json.dumps(found).encode()
            self.send_response(404 if found is None else 200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as pages:
        url = f"http://127.0.0.1:{pages.server_address[1]}"
        issuer = Issuer(url, name, algorithm, now)
        documents["/.well-known/openid-configuration"] = {"issuer": url, "jwks_uri": f"{url}/keys"}
        documents["/keys"] = issuer.jwks
        thread = threading.Thread(target=pages.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield issuer
        finally:
            pages.shutdown()
            thread.join()
