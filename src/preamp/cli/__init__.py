"""The program `preamp`: serve, quickstart, and the operator's commands.

A command's file is imported when the command is run. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 refused by the
server, 4 server not reachable, 5 data directory in use.
"""

from preamp.cli.main import main

__all__ = ["main"]
