"""WebSocket connections: uvicorn's, which their application may also drop."""

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request


class SocketProtocol(WebSocketsSansIOProtocol):
    """One WebSocket connection; its application may also drop it, which a client that reads nothing cannot delay."""

    def handle_connect(self, event: Request) -> None:
        """Hand the connection to the application, with `preamp.abort` among the extensions."""
        super().handle_connect(event)
        if self.response.status_code == 101:
            self.scope["extensions"]["preamp.abort"] = self.transport.abort  # type: ignore[assignment]
