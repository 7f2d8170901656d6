"""What the jobs do, by operation.

A workflow's file is imported when a job first runs it: some of them bring a whole room with them.
"""

from collections.abc import Awaitable, Callable
from importlib import import_module

from preamp.control.context import Control
from preamp.jobs import Run, Workflow

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
    "DeleteBackendStorage": ("storage.delete_storage", None, None),
    "CreateBackendConfig": ("config.create_config", None, None),
}
"""The function that does an operation's work, the one that undoes it, and the one that tidies behind it."""


def workflows(control: Control) -> dict[str, Workflow]:
    """The workflow of each operation that answers a job."""

    def work(name: str | None) -> Callable[[Run], Awaitable[None]] | None:
        if name is None:
            return None
        return lambda run: _imported(name)(control, run)

    def made_of(run: str, undo: str | None, settle: str | None) -> Workflow:
        return Workflow(run=lambda job: _imported(run)(control, job), undo=work(undo), settle=work(settle))

    return {operation: made_of(*names) for operation, names in _WORKFLOWS.items()}


def _imported(name: str) -> Callable[[Control, Run], Awaitable[None]]:
    file, _, function = name.partition(".")
    found: Callable[[Control, Run], Awaitable[None]] = getattr(import_module(f"{__name__}.{file}"), function)
    return found
