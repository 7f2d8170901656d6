"""The hosting operations agree with AWS's model of `amplify`, but for what belongs to hosting itself."""

import botocore.loaders
import pytest
from botocore.model import ServiceModel
from msgspec import inspect

from preamp.control import hosting_service
from preamp.wire.binding import labels, queries

AMPLIFY = ServiceModel(botocore.loaders.Loader().load_service_model("amplify", "service-2", "2017-07-25"), "amplify")


@pytest.mark.parametrize("name", sorted(hosting_service.operations))
def test_an_operation_has_its_route_its_errors_and_its_members(name: str) -> None:
    """No member of ours is unknown to AWS or of another kind, and every required one of AWS's is there."""
    ours, aws = hosting_service.operations[name], AMPLIFY.operation_model(name)

    assert (ours.method, ours.path) == (aws.http["method"], aws.http["requestUri"])
    assert {error.__name__ for error in ours.errors} == {shape.name for shape in aws.error_shapes}
    for struct, shape in ((ours.request, aws.input_shape), (ours.response, aws.output_shape)):
        compare(struct, shape)


def compare(struct: type, shape: object) -> None:
    """Member by member, at any depth."""
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)
    members = shape.members  # type: ignore[attr-defined]
    fields = {field.encode_name: field for field in info.fields}
    in_path, in_query = labels(struct), queries(struct)
    assert set(fields) <= set(members), struct
    assert set(shape.required_members) <= set(fields), struct  # type: ignore[attr-defined]
    for name, field in fields.items():
        where = members[name].serialization.get("location", "body")
        assert where == ("uri" if name in in_path else "querystring" if name in in_query else "body"), name
        kind = field.type
        if isinstance(kind, inspect.UnionType):
            kind = next(one for one in kind.types if not isinstance(one, inspect.NoneType))
        inner = kind.item_type if isinstance(kind, inspect.VarTupleType) else kind
        if isinstance(inner, inspect.StructType):
            below = members[name]
            compare(inner.cls, below.member if below.type_name == "list" else below)
