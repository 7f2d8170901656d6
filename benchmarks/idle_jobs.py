"""`preamp serve` as a node whose jobs other nodes run: what a creating call alone costs."""

from preamp.cli import main
from preamp.server.app import Preamp


async def _start_no_workers(_node: Preamp) -> None:
    pass


if __name__ == "__main__":
    Preamp.start = _start_no_workers  # type: ignore[method-assign]
    main()
