"""Composition: the room that knows all others, and the process they run in.

`install.py` keeps the data directory (lock, install key, root credentials), `tls.py` the certificates, `app.py` builds
the rooms, `hosts.py` tells which of them a request is for, `protocol.py` and `lifecycle.py` serve them until a signal.
"""

from preamp.server.install import DataDirectory, DirectoryInUse, StartError
from preamp.server.lifecycle import Ready, run

__all__ = ["DataDirectory", "DirectoryInUse", "Ready", "StartError", "run"]
