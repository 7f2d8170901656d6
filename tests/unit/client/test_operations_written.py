"""The client's methods are those of the registered operations."""

import importlib.util
import inspect
from pathlib import Path

from preamp.client import AmplifyBackend, AsyncAmplifyBackend
from preamp.control import service

ROOT = Path(__file__).parents[3]


def test_the_file_is_what_the_operations_say() -> None:
    """If not: `python tools/client.py` writes it anew."""
    spec = importlib.util.spec_from_file_location("preamp_client_tool", ROOT / "tools" / "client.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)

    assert (ROOT / "src" / "preamp" / "client" / "operations.py").read_text() == tool.page()


def test_both_clients_have_a_method_for_each_operation() -> None:
    for client in (AmplifyBackend, AsyncAmplifyBackend):
        own = {name for name, _ in inspect.getmembers(client, inspect.isfunction)}
        assert len(own & _names()) == len(service.operations) == 31


def _names() -> set[str]:
    from botocore import xform_name  # noqa: PLC0415  beside the one test that needs it

    return {str(xform_name(name)) for name in service.operations}
