"""Lambda's wire shapes, as far as preamp serves them (service `lambda`, 2015-03-31)."""

from typing import Annotated, Any

from msgspec import Meta, Struct, field

FunctionName = Annotated[str, Meta(pattern=r"^[a-zA-Z0-9-_]+$", min_length=1, max_length=64)]
Timeout = Annotated[int, Meta(ge=1, le=900)]
MemorySize = Annotated[int, Meta(ge=128, le=10240)]
Handler = Annotated[str, Meta(pattern=r"^[^\s]{1,128}$")]
VariableName = Annotated[str, Meta(pattern=r"^[a-zA-Z]([a-zA-Z0-9_])+$")]


class Variables(Struct, rename="pascal"):
    """Environment variables of a function."""

    variables: dict[VariableName, str] | None = None


class Code(Struct, rename="pascal"):
    """The package, as bytes of a ZIP (base64 on the wire)."""

    zip_file: bytes | None = None


class CreateFunctionRequest(Struct, kw_only=True, rename="pascal"):
    """CreateFunction. Tags `preamp:app`, `preamp:environment`, `preamp:url`, `preamp:concurrency` are preamp's own."""

    function_name: FunctionName
    code: Code
    role: str | None = None
    runtime: str | None = None
    handler: Handler | None = None
    description: Annotated[str, Meta(max_length=256)] | None = None
    timeout: Timeout | None = None
    memory_size: MemorySize | None = None
    environment: Variables | None = None
    tags: dict[str, str] | None = None


class UpdateFunctionConfigurationRequest(Struct, kw_only=True, rename="pascal"):
    """UpdateFunctionConfiguration: members left out stay as they are."""

    runtime: str | None = None
    handler: Handler | None = None
    description: Annotated[str, Meta(max_length=256)] | None = None
    timeout: Timeout | None = None
    memory_size: MemorySize | None = None
    environment: Variables | None = None


class UpdateFunctionCodeRequest(Struct, kw_only=True, rename="pascal"):
    """UpdateFunctionCode."""

    zip_file: bytes | None = None
    dry_run: bool = False


class FunctionConfiguration(Struct, kw_only=True, rename="pascal", omit_defaults=True):
    """A function as Lambda answers it. `code_sha256` is base64."""

    function_name: str
    function_arn: str
    role: str
    handler: str
    code_size: int
    timeout: int
    memory_size: int
    last_modified: str
    version: str = field(default="")
    runtime: str | None = None
    description: str | None = None
    code_sha256: str | None = field(name="CodeSha256", default=None)
    environment: Variables | None = None
    state: str = ""
    last_update_status: str = ""
    package_type: str = ""


class GetFunctionResponse(Struct, kw_only=True, rename="pascal", omit_defaults=True):
    """GetFunction."""

    configuration: FunctionConfiguration
    tags: dict[str, str] | None = None


class ListFunctionsResponse(Struct, kw_only=True, rename="pascal", omit_defaults=True):
    """ListFunctions."""

    functions: list[FunctionConfiguration]
    next_marker: str | None = None


class LogsResponse(Struct, kw_only=True, rename="pascal"):
    """preamp's own: the newest invocations of a function, oldest first."""

    events: list[dict[str, Any]]
