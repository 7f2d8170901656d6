"""What the jobs do, by operation.

A workflow's file is imported when a job first runs it, in a thread: some of them bring a whole room with them.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from importlib import import_module

from preamp.control.context import Control
from preamp.jobs import Run, Workflow

Work = Callable[[Run], Awaitable[None]]

_WORKFLOWS = {
    "CreateBackend": ("backend.create_backend", None, None),
    "CloneBackend": ("clone.clone_backend", "clone.undo_clone", "clone.settle_clone"),
    "DeleteBackend": ("remove.delete_backend", "remove.finish_removal", None),
    "RemoveAllBackends": ("remove.remove_all_backends", "remove.finish_removal", None),
    "CreateBackendAPI": ("deploy_api.create_api", "deploy_api.undo_create", "deploy_api.settle"),
    "UpdateBackendAPI": ("deploy_api.update_api", "deploy_api.undo_update", "deploy_api.settle"),
    "DeleteBackendAPI": ("deploy_api.delete_api", "remove.finish_removal", None),
    "GenerateBackendAPIModels": ("deploy_api.generate_models", None, None),
    "CreateBackendAuth": ("auth.create_auth", None, None),
    "UpdateBackendAuth": ("auth.update_auth", None, None),
    "ImportBackendAuth": ("auth.import_auth", None, None),
    "DeleteBackendAuth": ("auth.delete_auth", None, None),
    "CreateBackendStorage": ("storage.create_storage", None, None),
    "UpdateBackendStorage": ("storage.update_storage", None, None),
    "ImportBackendStorage": ("storage.import_storage", None, None),
    "DeleteBackendStorage": ("storage.delete_storage", "remove.finish_removal", None),
    "CreateBackendConfig": ("config.create_config", None, None),
}
"""The function that does an operation's work, the one that undoes it, and the one that tidies behind it."""


def workflows(control: Control) -> dict[str, Workflow]:
    """The workflow of each operation that answers a job."""

    def work(name: str | None) -> Work | None:
        return None if name is None else _work(control, name)

    return {
        operation: Workflow(run=_work(control, run), undo=work(undo), settle=work(settle))
        for operation, (run, undo, settle) in _WORKFLOWS.items()
    }


def _work(control: Control, name: str) -> Work:
    file, _, function = name.partition(".")
    module = f"{__name__}.{file}"

    async def run(job: Run) -> None:
        if module not in sys.modules:
            await asyncio.to_thread(import_module, module)
        await getattr(import_module(module), function)(control, job)

    return run
