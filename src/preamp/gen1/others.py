"""Functions and the categories that are told but not served: what a person must know of each.

Source: amplify-category-function (amplify.state, function-parameters.json, the function's CloudFormation template).
"""

from typing import Any

from preamp.gen1.documents import Reader, items, mapping, text, words
from preamp.gen1.report import Finding, Status
from preamp.gen1.values import Resource, Target, Unserved

_OTHER = {
    "API Gateway": (
        "REST API",
        "REST APIs are not served.",
        "Serve its paths elsewhere, and change aws_cloud_logic_custom.",
    ),
    "Kinesis": ("stream", "There is no Kinesis here.", "Send events elsewhere."),
    "Pinpoint": ("analytics", "There is no Pinpoint here (AWS ends it on 2026-10-30).", "Send events elsewhere."),
    "Map": ("map", "There is no Amazon Location here.", "Use another map service."),
    "PlaceIndex": ("place index", "There is no Amazon Location here.", "Use another search service."),
    "amplifyhosting": ("hosting", "The web app itself is not hosted.", "Serve its build by any web server."),
    "S3AndCloudFront": ("hosting", "The web app itself is not hosted.", "Serve its build by any web server."),
    "customCloudformation": (
        "custom resources",
        "CloudFormation of your own is not deployed.",
        "Provide it otherwise.",
    ),
    "customCDK": ("custom resources", "CDK stacks of your own are not deployed.", "Provide it otherwise."),
    "LambdaLayer": ("layer", "Layers are not used: functions are not run yet.", ""),
    "Lex": ("bot", "There is no Lex here.", ""),
    "ElasticContainer": ("container", "Containers are not run.", "Run it beside the server."),
}


def function(reader: Reader, resource: Resource, target: Target) -> Unserved:
    """A function: its language, environment and permissions are reported; it is not run."""
    path = resource.path
    state = reader.document(f"{path}/amplify.state", resource.title)
    runtime = text(state.value.get("functionRuntime")) if state else ""
    template = reader.document(f"{path}/{resource.name}-cloudformation-template.json", resource.title)
    properties = _properties(template.value if template else {})
    exact = text(properties.get("Runtime")) or runtime or "an unknown runtime"
    what = f"Written for {exact}; functions are not run yet."
    file = f"{path}/amplify.state" if state else "backend/backend-config.json"
    find = _Finder(reader, resource)
    find("not supported", "function", what, "Keep its code: it stays as it is in the project.", file, 1)
    variables = mapping(mapping(properties.get("Environment")).get("Variables"))
    own = sorted(name for name in variables if name not in {"ENV", "REGION"})
    if template and own:
        what = f"It reads {', '.join(own[:20])}."
        find("not supported", "environment", what, "", f"{path}/{resource.name}-cloudformation-template.json",
             template.line("Variables"))  # fmt: skip
    parameters = reader.document(f"{path}/function-parameters.json", resource.title)
    _permissions(find, path, parameters.value if parameters else {})
    return Unserved(
        category="function",
        name=resource.name,
        service="Lambda",
        depends_on=depends_on(resource),
        output=_output(resource, target),
        build=True,
    )


def other(reader: Reader, resource: Resource, target: Target) -> Unserved:
    """A resource of a category that is not served."""
    service = resource.service or "an unknown service"
    item, what, todo = _OTHER.get(service, (service, f"{service} is not served.", ""))
    if service == "API Gateway":
        inputs = reader.document(f"{resource.path}/cli-inputs.json", resource.title)
        paths = mapping(inputs.value.get("paths")) if inputs else {}
        what += f" Its paths: {', '.join(list(paths)[:20])}." if paths else ""
    find = _Finder(reader, resource)
    config = reader.document("backend/backend-config.json", resource.title)
    find("not supported", item, what, todo, "backend/backend-config.json",
         config.line(resource.category, resource.name) if config else 0)  # fmt: skip
    output = {}
    if service == "Kinesis":
        stream = f"{resource.name}-{target.environment}"
        output = {
            "kinesisStreamId": stream,
            "kinesisStreamShardCount": "1",
            "kinesisStreamArn": f"arn:aws:kinesis:${{region}}:${{account}}:stream/{stream}",
        }
    return Unserved(
        category=resource.category,
        name=resource.name,
        service=service,
        depends_on=depends_on(resource),
        output=output,
    )


def depends_on(resource: Resource) -> tuple[dict[str, Any], ...]:
    """The resource's dependencies as backend-config.json tells them, those of a right form."""
    return tuple(
        {
            "category": text(one.get("category")),
            "resourceName": text(one.get("resourceName")),
            "attributes": words(one.get("attributes")),
        }
        for one in map(mapping, items(resource.entry.get("dependsOn")))
        if text(one.get("category")) and text(one.get("resourceName"))
    )[:100]


class _Finder:
    def __init__(self, reader: Reader, resource: Resource) -> None:
        self._reader, self._resource = reader, resource

    def __call__(self, status: Status, item: str, what: str, todo: str, file: str, line: int) -> None:
        self._reader.findings.append(
            Finding(
                status=status,
                resource=self._resource.title,
                item=item,
                what=what,
                todo=todo,
                file=self._reader.name(file),
                line=line,
            )
        )


def _properties(template: Any) -> dict[str, Any]:
    resources = mapping(mapping(template).get("Resources"))
    for one in map(mapping, resources.values()):
        if one.get("Type") == "AWS::Lambda::Function":
            return mapping(one.get("Properties"))
    return {}


def _permissions(find: _Finder, path: str, parameters: Any) -> None:
    file = f"{path}/function-parameters.json"
    for category, allowed in mapping(mapping(parameters).get("permissions")).items():
        names = ", ".join(list(mapping(allowed))[:10])
        find("not supported", "permissions", f"It may use {category}: {names}.", "", file, 1)
    if items(mapping(parameters).get("lambdaLayers")):
        find("not supported", "layers", "It uses layers, which are not loaded.", "", file, 1)


def _output(resource: Resource, target: Target) -> dict[str, str]:
    name = f"{resource.name}-{target.environment}"
    role = f"{resource.name[:40]}LambdaRole-{target.environment}"
    return {
        "LambdaExecutionRoleArn": f"arn:aws:iam::${{account}}:role/{role}",
        "Region": "${region}",
        "Arn": f"arn:aws:lambda:${{region}}:${{account}}:function:{name}",
        "Name": name,
        "LambdaExecutionRole": role,
    }
