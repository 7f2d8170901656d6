"""Where functions are found, and by what their credentials are known, told without loading the room (decision 0004)."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from preamp.jobs import Run, Workflow
from preamp.server.hosts import AtFirstUse, Place

if TYPE_CHECKING:
    from preamp.server.functions_plane import FunctionsPlane

FUNCTION_ROLE = "function"
OPERATION = "InvokeFunction"
ATTEMPTS = 3
_PLANE = "preamp.server.functions_plane"


def scope_of(app_id: str, environment: str) -> str:
    """What stands in a function's credentials in the place of an identity pool: its environment."""
    return f"function:{app_id}/{environment}"


class FunctionsPlace:
    """The functions room, loaded at its first request or event."""

    def __init__(self, make: "Callable[[], FunctionsPlane]") -> None:
        self._make = make
        self._plane: FunctionsPlane | None = None
        app = AtFirstUse(_PLANE, lambda: self.plane.endpoint)
        self.place = Place(app=app, paths=("2015-03-31", "preamp-functions"), signed=("lambda",))

    @property
    def plane(self) -> "FunctionsPlane":
        """The room and its endpoint, made now if they were not."""
        if self._plane is None:
            self._plane = self._make()
        return self._plane

    @property
    def workflows(self) -> Mapping[str, Workflow]:
        """The job of events that nobody waits for."""

        async def run(job: Run) -> None:
            await self.plane.room.run_queued(job)

        return {OPERATION: Workflow(run=run, attempts=ATTEMPTS)}

    async def close(self) -> None:
        """End the workers."""
        if self._plane is not None:
            await self._plane.close()
