"""Where buckets are found: host names, and paths that nobody else has."""

from typing import Any, cast

import httpx2
import pytest

import server
from preamp.server.buckets import Buckets


@pytest.mark.parametrize(
    ("host", "bucket"),
    [
        ("media.s3.preamp.example", "media"),
        ("Media.S3.preamp.example:20443", "media"),
        ("media.s3.localhost:1", "media"),
        ("my.media.s3.preamp.example", "my.media"),
        ("media.s3.us-east-1.amazonaws.com", "media"),
        ("media.s3.evil.example", None),
        ("s3.preamp.example", None),
        ("preamp.example", None),
        ("", None),
    ],
)
def test_a_bucket_stands_in_front_of_a_host_of_ours(host: str, bucket: str | None) -> None:
    nothing = cast("Any", None)

    assert Buckets(nothing, "https://preamp.example:20443", nothing, nothing, nothing).bucket_of_host(host) == bucket


def test_paths_without_an_owner_are_buckets_or_nowhere(running: server.Server) -> None:
    """An unsigned request of an S3 client is refused in XML; whatever else is nowhere, in JSON."""
    sdk = {"amz-sdk-request": "attempt=1"}

    unknown = httpx2.get(f"{running.ready.http}/some-bucket/key")
    asked = httpx2.get(f"{running.ready.http}/some-bucket/key", headers=sdk)
    hosted = httpx2.get(f"{running.ready.http}/key", headers={"host": "some-bucket.s3.localhost"})

    assert (unknown.status_code, unknown.json()["message"]) == (404, "Nothing is served at /some-bucket/key.")
    assert (asked.status_code, hosted.status_code) == (404, 404)
    assert "<Code>NoSuchBucket</Code>" in asked.text
    assert "<Code>NoSuchBucket</Code>" in hosted.text
    assert httpx2.get(f"{running.ready.http}/health").json()["status"] == "ok"
