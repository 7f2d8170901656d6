"""The control plane's Structs say what AWS's service model says, member by member."""

import inspect as python
import tomllib
from pathlib import Path

import msgspec
import pytest
from mutants import mutants
from shapes import Difference, Walk, amplifybackend, errors, operation, unexplained

from preamp.control import model, service
from preamp.control.backend import ERRORS as MODELLED
from preamp.wire import Operation, ServiceError
from preamp.wire.errors import AccessDeniedException

KNOWN = tomllib.loads((Path(__file__).parent / "deviations.toml").read_text())["deviation"]


def test_all_operations_are_the_models() -> None:
    """Every operation agrees with the model but for the deviations on file, and each of those is still needed."""
    walk = Walk()

    found = [
        difference
        for name, ours in service.operations.items()
        for difference in operation(ours, amplifybackend().operation_model(name), walk)
    ]

    assert set(service.operations) == set(amplifybackend().operation_names)
    assert unexplained(found, KNOWN) == []


def test_the_walk_reaches_every_struct() -> None:
    """No Struct of control/model.py is out of the comparison's sight, and none is there for nothing."""
    walk = Walk()
    for name, ours in service.operations.items():
        list(operation(ours, amplifybackend().operation_model(name), walk))

    all_structs = {
        one
        for _, one in python.getmembers(model, python.isclass)
        if issubclass(one, model.Wire) and one is not model.Wire
    }

    assert {struct for _, struct in walk.pairs} == all_structs


def test_every_mutation_is_found() -> None:
    """A member dropped, renamed, made (not) required, of another kind, with other values or bounds: each is told."""
    walk = Walk()
    for name, ours in service.operations.items():
        list(operation(ours, amplifybackend().operation_model(name), walk))

    tried, missed = 0, []
    for (aws_name, struct), shape in walk.pairs.items():
        for words, mutant in mutants(struct):
            tried += 1
            if not list(Walk().structure(aws_name, mutant, shape)):
                missed.append(f"{struct.__name__}: {words}")

    assert missed == []
    assert tried > 2000


@pytest.mark.parametrize("name", amplifybackend().operation_names)
def test_a_wrong_route_is_found(name: str) -> None:
    """Another method, a path with one letter changed, and an answer of another operation are each told."""
    ours, aws = service.operations[name], amplifybackend().operation_model(name)
    changed = {
        "method": Operation(name, f"PUT {ours.path}", ours.handler, ours.errors),
        "path": Operation(name, f"{ours.method} {ours.path}x", ours.handler, ours.errors)
        if not ours.path.endswith("}")
        else Operation(name, f"{ours.method} /x{ours.path}", ours.handler, ours.errors),
    }

    for part, wrong in changed.items():
        assert [one.path for one in operation(wrong, aws, Walk())] == [f"{name}.{part}"]


def test_an_error_that_is_not_modelled_is_found() -> None:
    """An error of no name in the model, one of another status, and a modelled one left out are each told."""

    class Conflict(ServiceError):
        status = 409

    wrong_status = type("NotFoundException", (ServiceError,), {"status": 410})
    aws = amplifybackend().operation_model("GetBackend")

    found = list(errors("GetBackend.errors", (Conflict, wrong_status, AccessDeniedException, *MODELLED[:3]), aws))

    assert [(one.path, one.ours, one.aws) for one in found] == [
        ("GetBackend.errors.Conflict", "answered", "not modelled"),
        ("GetBackend.errors.NotFoundException", "410", "404"),
        ("GetBackend.errors.AccessDeniedException", "answered", "not modelled"),
        ("GetBackend.errors.GatewayTimeoutException", "not registered", "504"),
    ]


def test_a_deviation_that_explains_nothing_fails() -> None:
    """The file of deviations cannot rot: an entry must meet a difference word for word."""
    found = [Difference("A.request.b", "optional", "required")]
    entry = {"path": "A.request.b", "ours": "optional", "aws": "required"}

    assert unexplained(found, [entry]) == []
    assert unexplained([], [entry]) == ["A.request.b: the deviation is no longer needed"]
    assert unexplained(found, []) == ["A.request.b: ours optional, AWS required"]


def test_deviations_are_reasoned() -> None:
    """Each entry on file has all six parts, none empty."""
    for entry in KNOWN:
        assert {"path", "ours", "aws", "why", "evidence", "date"} == {key for key, value in entry.items() if value}


def test_recursion_ends() -> None:
    """A structure that holds itself is compared once."""

    class Node(msgspec.Struct):
        child: "Node | None" = None

    shape = amplifybackend().shape_for("BackendAPIConflictResolution")
    walk = Walk()
    walk.pairs[shape.name, Node] = shape

    assert list(walk.structure("Node", Node, shape)) == []
