"""The S3 clients of operators and back-ends: boto3, the AWS CLI, the JavaScript SDK, rclone."""

import filecmp
import io
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import httpx2
import pytest
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError
from callers import AWSCLI, HERE, NODE, Target

import server

FILES = int(os.environ.get("PREAMP_TEST_SYNC_FILES", "300"))
"""How many files `aws s3 sync` moves; 5,000 by `make test-storage-big`."""
SECONDS = 600
BIG = os.urandom(11 << 20)
IMPOSSIBLE = {("CRC64NVME", "COMPOSITE"), ("SHA1", "FULL_OBJECT"), ("SHA256", "FULL_OBJECT")}
ALGORITHMS = ("CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def target(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """Give a server's address and root key, on each database."""
    url = None
    if request.param == "postgresql":
        cluster = request.getfixturevalue("postgres_cluster")
        url = cluster.create()
    with server.running(data=tmp_path_factory.mktemp("tools") / "data", database=url) as running:
        ready = running.ready
        assert ready.access_key_id
        assert ready.secret_access_key
        yield Target(endpoint=ready.http, access_key_id=ready.access_key_id, secret_access_key=ready.secret_access_key)


def client(target: Target, region: str = "us-east-1", **config: Any) -> Any:
    """A boto3 client."""
    return boto3.client(
        "s3",
        endpoint_url=target.endpoint,
        region_name=region,
        aws_access_key_id=target.access_key_id,
        aws_secret_access_key=target.secret_access_key,
        config=Config(signature_version="s3v4", retries={"max_attempts": 1}, s3={"addressing_style": "path"}, **config),
    )


@pytest.fixture(scope="module")
def s3(target: Target) -> Any:
    """Give a boto3 client, and the bucket `tools`."""
    made = client(target)
    made.create_bucket(Bucket="tools")
    return made


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_boto3_checks_every_checksum(s3: Any, algorithm: str) -> None:
    """In a header, in a trailer behind chunks, and on the way back; a wrong one is refused and nothing is stored."""
    put = s3.put_object(Bucket="tools", Key="sum", Body=b"hello", ChecksumAlgorithm=algorithm)
    got = s3.get_object(Bucket="tools", Key="sum", ChecksumMode="ENABLED")

    assert got["Body"].read() == b"hello"
    assert got[f"Checksum{algorithm}"] == put[f"Checksum{algorithm}"]
    wrong = put[f"Checksum{algorithm}"]
    with pytest.raises(ClientError) as refused:
        s3.put_object(Bucket="tools", Key="other", Body=b"other", **{f"Checksum{algorithm}": wrong})
    assert refused.value.response["Error"]["Code"] == "BadDigest"
    assert "Contents" not in s3.list_objects_v2(Bucket="tools", Prefix="other")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("kind", ["COMPOSITE", "FULL_OBJECT"])
def test_boto3_multipart_keeps_checksums_of_both_kinds(s3: Any, algorithm: str, kind: str) -> None:
    """CRCs of a whole are combined from its parts; other checksums can be composite alone."""
    if (algorithm, kind) in IMPOSSIBLE:
        with pytest.raises(ClientError, match="InvalidRequest"):
            s3.create_multipart_upload(Bucket="tools", Key="m", ChecksumAlgorithm=algorithm, ChecksumType=kind)
        return
    upload = s3.create_multipart_upload(Bucket="tools", Key="m", ChecksumAlgorithm=algorithm, ChecksumType=kind)
    place = {"Bucket": "tools", "Key": "m", "UploadId": upload["UploadId"]}
    parts = []
    for number, body in ((1, BIG[: 5 << 20]), (2, BIG[5 << 20 :])):
        made = s3.upload_part(**place, PartNumber=number, Body=body, ChecksumAlgorithm=algorithm)
        name = f"Checksum{algorithm}"
        parts.append({"PartNumber": number, "ETag": made["ETag"], name: made[name]})
    done = s3.complete_multipart_upload(**place, MultipartUpload={"Parts": parts})
    got = s3.get_object(Bucket="tools", Key="m", ChecksumMode="ENABLED")

    assert got["Body"].read() == BIG
    assert got[f"Checksum{algorithm}"] == done[f"Checksum{algorithm}"]
    assert got["ChecksumType"] == kind
    if kind == "FULL_OBJECT":
        whole = s3.put_object(Bucket="tools", Key="whole", Body=BIG, ChecksumAlgorithm=algorithm)
        assert whole[f"Checksum{algorithm}"] == done[f"Checksum{algorithm}"]


def test_boto3_transfers_large_files(s3: Any) -> None:
    config = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20, max_concurrency=4)
    s3.upload_fileobj(io.BytesIO(BIG), "tools", "large", Config=config)
    back = io.BytesIO()

    s3.download_fileobj("tools", "large", back, Config=config)

    assert back.getvalue() == BIG


def test_boto3_presigned_addresses_carry_the_signers_rights(target: Target, s3: Any) -> None:
    """A presigned PUT and GET work without a key; changed or over they do not."""

    def fetch(url: str, body: bytes | None = None) -> tuple[int, bytes]:
        answer = httpx2.request("PUT" if body else "GET", url, content=body, headers={"content-type": "text/plain"})
        return answer.status_code, answer.content

    place = {"Bucket": "tools", "Key": "pre signed"}
    put = s3.generate_presigned_url("put_object", Params={**place, "ContentType": "text/plain"})
    get = s3.generate_presigned_url("get_object", Params=place)

    assert fetch(put, b"presigned")[0] == 200
    assert fetch(get) == (200, b"presigned")
    assert fetch(get.replace("pre%20signed", "sum"))[0] == 403
    assert fetch(s3.generate_presigned_url("get_object", Params=place, ExpiresIn=604_801))[0] == 403
    assert fetch(f"{target.endpoint}/tools/sum")[0] == 403


def test_boto3_posts_forms_under_a_policy(s3: Any) -> None:
    """The form that generate_presigned_post makes; a longer file or another key is refused."""
    form = s3.generate_presigned_post("tools", "form/${filename}", Conditions=[["content-length-range", 1, 10]])

    def post(fields: Mapping[str, str], content: bytes) -> int:
        return httpx2.post(form["url"], data=dict(fields), files={"file": ("a.txt", content)}).status_code

    assert post(form["fields"], b"form") == 204
    assert s3.get_object(Bucket="tools", Key="form/a.txt")["Body"].read() == b"form"
    assert post(form["fields"], b"far too long") == 400
    assert post({**form["fields"], "key": "elsewhere"}, b"form") == 403
    assert post({**form["fields"], "acl": "private"}, b"form") == 403


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "localhost:20443/#"])
def test_any_region_text_is_taken(target: Target, region: str) -> None:
    """A scope may name whatever region the client believes in."""
    made = client(target)
    made.meta.events.register("before-sign.s3", lambda request, **_: request.context["signing"].update(region=region))

    assert "Buckets" in made.list_buckets()


def run(command: list[Any], target: Target, **more: str) -> str:
    """Run a client program; what it wrote."""
    own = {
        "AWS_ACCESS_KEY_ID": target.access_key_id,
        "AWS_SECRET_ACCESS_KEY": target.secret_access_key,
        "AWS_ENDPOINT_URL": target.endpoint,
        "AWS_MAX_ATTEMPTS": "1",
    }
    done = subprocess.run(
        command,
        env={**target.environment(), **own, **more},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def tree(folder: Path, count: int) -> Path:
    """A folder of small files in folders, with names that need escaping."""
    for number in range(count):
        path = folder / f"dir {number % 17}" / f"f+{number % 5}ä" / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"file {number}\n" * (number % 50))
    (folder / "empty").write_bytes(b"")
    (folder / "large").write_bytes(BIG)
    return folder


def same(one: Path, other: Path) -> bool:
    """Whether two folders hold the same."""
    names = {path.relative_to(one) for path in one.rglob("*") if path.is_file()}
    if names != {path.relative_to(other) for path in other.rglob("*") if path.is_file()}:
        return False
    return all(filecmp.cmp(one / name, other / name, shallow=False) for name in names)


def test_the_aws_cli_syncs_a_tree_both_ways(target: Target, tmp_path: Path) -> None:
    """Up, down into another folder, and nothing more the second time."""
    here, back = tree(tmp_path / "here", FILES), tmp_path / "back"
    aws = [AWSCLI / "aws", "s3"]
    run([*aws, "mb", "s3://synced"], target)

    run([*aws, "sync", here, "s3://synced/tree", "--only-show-errors"], target)
    run([*aws, "sync", "s3://synced/tree", back, "--only-show-errors"], target)

    assert same(here, back)
    assert run([*aws, "sync", here, "s3://synced/tree"], target) == ""
    run([*aws, "rb", "s3://synced", "--force"], target)


def test_the_javascript_sdk_does_all_of_it(target: Target) -> None:
    did = json.loads(run([NODE, HERE / "node" / "s3_v3.mjs"], target))

    assert {did[f"put {each}"][0] for each in ("CRC32", "SHA1", "SHA256")} == {True}
    assert (did["stream"], did["multipart"], did["copy"], did["delete"]) == (True, (6 << 20) + 3, "hello", 6)
    assert did["missing"]["error"] == "NoSuchKey"
    assert did["list"] == [["copy ä+", "parts", "stream"], ["sum/"]]


def test_rclone_copies_and_checks(target: Target, tmp_path: Path) -> None:
    """Debian's rclone: copy there, check, copy back."""
    rclone = shutil.which("rclone")
    if rclone is None:
        pytest.skip("rclone is not installed: `make setup-rclone`")
    here, back = tree(tmp_path / "here", 60), tmp_path / "back"
    own = {
        "RCLONE_CONFIG_OWN_TYPE": "s3", "RCLONE_CONFIG_OWN_PROVIDER": "Other", "RCLONE_CONFIG_OWN_ENV_AUTH": "true",
        "RCLONE_CONFIG_OWN_ENDPOINT": target.endpoint, "RCLONE_CONFIG": os.devnull,
    }  # fmt: skip
    upload = ["--s3-upload-cutoff", "5M", "--s3-chunk-size", "5M"]

    run([rclone, "mkdir", "own:rclone-here"], target, **own)
    run([rclone, "copy", here, "own:rclone-here/tree", *upload], target, **own)
    run([rclone, "check", here, "own:rclone-here/tree"], target, **own)
    run([rclone, "copy", "own:rclone-here/tree", back], target, **own)

    assert same(here, back)
