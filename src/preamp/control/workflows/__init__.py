"""What the jobs do, by operation."""

from collections.abc import Awaitable, Callable
from functools import partial

from preamp.control.context import Control
from preamp.control.workflows import auth, backend, clone, config, deploy_api, remove, storage
from preamp.jobs import Run, Workflow

Work = Callable[[Control, Run], Awaitable[None]]


def workflows(control: Control) -> dict[str, Workflow]:
    """The workflow of each operation that answers a job."""

    def made_of(run: Work, undo: Work | None = None, settle: Work | None = None) -> Workflow:
        return Workflow(
            run=partial(run, control),
            undo=partial(undo, control) if undo else None,
            settle=partial(settle, control) if settle else None,
        )

    return {
        "CreateBackend": made_of(backend.create_backend),
        "CloneBackend": made_of(clone.clone_backend, clone.undo_clone, clone.settle_clone),
        "DeleteBackend": made_of(remove.delete_backend, remove.finish_removal),
        "RemoveAllBackends": made_of(remove.remove_all_backends, remove.finish_removal),
        "CreateBackendAPI": made_of(deploy_api.create_api, deploy_api.undo_create, deploy_api.settle),
        "UpdateBackendAPI": made_of(deploy_api.update_api, deploy_api.undo_update, deploy_api.settle),
        "DeleteBackendAPI": made_of(deploy_api.delete_api, remove.finish_removal),
        "GenerateBackendAPIModels": made_of(deploy_api.generate_models),
        "CreateBackendAuth": made_of(auth.create_auth),
        "UpdateBackendAuth": made_of(auth.update_auth),
        "ImportBackendAuth": made_of(auth.import_auth),
        "DeleteBackendAuth": made_of(auth.delete_auth),
        "CreateBackendStorage": made_of(storage.create_storage),
        "UpdateBackendStorage": made_of(storage.update_storage),
        "ImportBackendStorage": made_of(storage.import_storage),
        "DeleteBackendStorage": made_of(storage.delete_storage),
        "CreateBackendConfig": made_of(config.create_config),
    }
