"""The operations of cognito-idp say what AWS's service model says, member by member."""

import inspect as python
import tomllib
from pathlib import Path

from mutants import mutants
from shapes import Walk, cognito_idp, operation, unexplained

from preamp.auth import idp_service
from preamp.auth.idp import model
from preamp.wire import Operation

KNOWN = tomllib.loads((Path(__file__).parent / "deviations_idp.toml").read_text())["deviation"]


def walked() -> Walk:
    """Everything compared, for what the walk reached."""
    walk = Walk()
    for name, ours in idp_service.operations.items():
        list(operation(ours, cognito_idp().operation_model(name), walk))
    return walk


def test_all_operations_are_the_models() -> None:
    """Every operation agrees with the model but for the deviations on file, and each of those is still needed."""
    walk = Walk()

    found = [
        difference
        for name, ours in idp_service.operations.items()
        for difference in operation(ours, cognito_idp().operation_model(name), walk)
    ]

    assert set(idp_service.operations) <= set(cognito_idp().operation_names)
    assert unexplained(found, KNOWN) == []


def test_the_walk_reaches_every_struct() -> None:
    """No Struct of auth/idp/model.py is out of the comparison's sight, and none is there for nothing."""
    all_structs = {
        one
        for _, one in python.getmembers(model, python.isclass)
        if issubclass(one, model.Wire) and one not in {model.Wire, model.Nothing}
    }

    assert {struct.__name__ for _, struct in walked().pairs} == {struct.__name__ for struct in all_structs}


def test_every_mutation_is_found() -> None:
    """A member dropped, renamed, made (not) required, of another kind, with other values or bounds: each is told."""
    tried, missed = 0, []
    for (aws_name, struct), shape in walked().pairs.items():
        for words, mutant in mutants(struct):
            tried += 1
            if not list(Walk().structure(aws_name, mutant, shape)):
                missed.append(f"{struct.__name__}: {words}")

    assert missed == []
    assert tried > 2000


def test_who_must_sign_is_the_models() -> None:
    """An administrator's operation that took no signature would be told, and so would a user's that wanted one."""
    name = "AdminGetUser" if "AdminGetUser" in idp_service.operations else "RevokeToken"
    ours = idp_service.operations[name]
    turned = Operation(name, "POST /", ours.handler, ours.errors, signed=not ours.signed)

    found = list(operation(turned, cognito_idp().operation_model(name), Walk()))

    assert f"{name}.auth" in {one.path for one in found}


def test_deviations_are_reasoned() -> None:
    """Each entry on file has all six parts, none empty."""
    for entry in KNOWN:
        assert {"path", "ours", "aws", "why", "evidence", "date"} == {key for key, value in entry.items() if value}
