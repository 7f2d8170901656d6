"""The operations of cognito-identity and sts say what AWS's service models say, member by member."""

import inspect as python
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from botocore.model import ServiceModel
from mutants import mutants
from shapes import Walk, operation, service_model, unexplained

from preamp.auth.identity import identity_service, model, sts_model, sts_service
from preamp.wire import Service

KNOWN = tomllib.loads((Path(__file__).parent / "deviations_identity.toml").read_text())["deviation"]
IDENTITY = service_model("cognito-identity", "2014-06-30")
STS = service_model("sts", "2011-06-15")
SERVICES = [(identity_service, IDENTITY, model, 400), (sts_service, STS, sts_model, 150)]


def walked(service: Service, aws: ServiceModel, walk: Walk) -> list[object]:
    """All differences of a service's operations."""
    return [
        difference
        for name, ours in service.operations.items()
        for difference in operation(ours, aws.operation_model(name), walk)
    ]


def test_all_operations_are_the_models() -> None:
    """Every operation agrees with its model but for the deviations on file, and each of those is still needed."""
    found = [one for service, aws, _, _ in SERVICES for one in walked(service, aws, Walk())]

    assert unexplained(found, KNOWN) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(("service", "aws", "module", "least"), SERVICES)
def test_every_struct_and_every_mutation_is_seen(
    service: Service, aws: ServiceModel, module: ModuleType, least: int
) -> None:
    """No Struct is out of the comparison's sight, and a change of any member of any of them is told."""
    walk = Walk()
    walked(service, aws, walk)
    declared = {
        one.__name__
        for _, one in python.getmembers(module, python.isclass)
        if issubclass(one, module.Wire) and one is not module.Wire and one.__name__ != "Empty"
    }

    tried, missed = 0, []
    for (aws_name, struct), shape in walk.pairs.items():
        for words, mutant in mutants(struct):
            tried += 1
            before = list(Walk().structure(aws_name, struct, shape))
            if list(Walk().structure(aws_name, mutant, shape)) == before:
                missed.append(f"{struct.__name__}: {words}")

    assert {struct.__name__ for _, struct in walk.pairs} == declared
    assert missed == []
    assert tried > least


def test_deviations_are_reasoned() -> None:
    """Each entry on file has all six parts, none empty."""
    for entry in KNOWN:
        assert {"path", "ours", "aws", "why", "evidence", "date"} == {key for key, value in entry.items() if value}
