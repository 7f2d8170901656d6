"""What preamp tells of itself while it runs: log lines. Never a body, an authorization header or a signature."""

from preamp.telemetry.logs import configure_logs, scrub

__all__ = ["configure_logs", "scrub"]
