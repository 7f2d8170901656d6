"""Input that means harm, or is broken, is refused with a sentence, within bounds."""

import io
import os
import zipfile
from pathlib import Path

import pytest
from gen1_projects import CASES, NOW_MS, SCHEMA

from preamp.gen1 import Unreadable, plan_import, read_files
from preamp.gen1.files import MAX_FILE_BYTES


def zipped(path: Path, entries: dict[str, bytes | str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def project(folder: Path) -> Path:
    api = folder / "amplify" / "backend" / "api" / "blog"
    api.mkdir(parents=True)
    (api / "schema.graphql").write_text(SCHEMA)
    return folder


@pytest.mark.parametrize("prefix", ["", "amplify/", "my-app/amplify/", "mono/web/amplify/"])
def test_a_zip_is_read_from_any_of_its_usual_forms(prefix: str, tmp_path: Path) -> None:
    source = CASES / "mood-board" / "amplify"
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for path in sorted(source.rglob("*")):
            archive.write(path, prefix + path.relative_to(source).as_posix())

    files = read_files(tmp_path / "a.zip")

    assert files.texts == read_files(source).texts
    assert files.prefix == prefix


def test_the_folder_the_amplify_folder_and_one_above_are_the_same_project(tmp_path: Path) -> None:
    project(tmp_path / "mono" / "web")

    found = [read_files(path) for path in (tmp_path, tmp_path / "mono" / "web", tmp_path / "mono" / "web" / "amplify")]

    assert len({tuple(one.texts) for one in found}) == 1
    assert [one.prefix for one in found] == ["mono/web/amplify/", "amplify/", ""]


def test_several_projects_are_told_by_name(tmp_path: Path) -> None:
    project(tmp_path / "one")
    project(tmp_path / "two")

    with pytest.raises(Unreadable, match="several projects, one/amplify, two/amplify"):
        read_files(tmp_path)


def test_what_is_no_project_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file.zip").write_bytes(b"no zip")

    with pytest.raises(Unreadable, match="no folder amplify/backend"):
        read_files(tmp_path)
    with pytest.raises(Unreadable, match="cannot be read as a ZIP"):
        read_files(tmp_path / "file.zip")
    with pytest.raises(Unreadable, match="there is nothing at"):
        read_files(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["../evil.json", "amplify/../../evil", "/etc/passwd", "C:/evil", "..\\evil"])
def test_a_zip_whose_names_lead_out_is_refused_as_a_whole(name: str, tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"amplify/backend/backend-config.json": "{}", name: "x"})

    with pytest.raises(Unreadable, match="leads out of it"):
        read_files(path)


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    bomb = zipped(tmp_path / "a.zip", {"amplify/backend/backend-config.json": b" " * (MAX_FILE_BYTES - 1)})

    with pytest.raises(Unreadable, match="ZIP bomb"):
        read_files(bomb)


def test_a_zip_that_lies_about_its_sizes_is_refused(tmp_path: Path) -> None:
    """The entry declares 100 bytes and holds more."""
    path = zipped(tmp_path / "a.zip", {"amplify/backend/backend-config.json": os.urandom(200_000)})
    raw = bytearray(path.read_bytes())
    for place in (raw.index(b"PK\x01\x02") + 24, 22):
        raw[place : place + 4] = (100).to_bytes(4, "little")
    path.write_bytes(raw)

    with pytest.raises(Unreadable):
        read_files(path)


def test_links_are_not_followed_and_told(tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text('{"projectName": "stolen"}')
    folder = project(tmp_path / "app") / "amplify"
    (folder / "team-provider-info.json").symlink_to(secret)
    (folder / "backend" / "auth").symlink_to(tmp_path)

    plan = plan_import(read_files(tmp_path / "app"), now_ms=NOW_MS)

    assert [one.item for one in plan.report.findings if one.status == "unreadable"] == ["team-provider-info.json"]
    assert "stolen" not in plan.report.markdown()


def test_links_in_a_zip_are_not_followed(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("amplify/cli.json")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("amplify/backend/backend-config.json", "{}")
        archive.writestr(link, "/etc/passwd")

    assert read_files(tmp_path / "a.zip").skipped == {"cli.json": "a symbolic link, which is not followed"}


def test_a_file_that_is_too_large_is_left_out_and_told(tmp_path: Path) -> None:
    folder = project(tmp_path) / "amplify"
    (folder / "cli.json").write_bytes(b" " * (MAX_FILE_BYTES + 1))

    plan = plan_import(read_files(tmp_path), now_ms=NOW_MS)

    assert [one.what for one in plan.report.findings if one.status == "unreadable"] == [
        f"The file is larger than {MAX_FILE_BYTES} bytes; it was left out."
    ]
    assert len(plan.steps) == 2


def test_a_pipe_in_the_place_of_a_file_does_not_block(tmp_path: Path) -> None:
    folder = project(tmp_path) / "amplify"
    os.mkfifo(folder / "cli.json")

    assert "cli.json" not in read_files(tmp_path).texts


@pytest.mark.parametrize(
    "content",
    [b"{", b"[" * 100_000, b'{"a":' * 50_000, b"\xff\xfe", b"[]", b'{"a": ' + b"9" * 10_000 + b"}", b"null", b"\0"],
)
def test_json_of_any_brokenness_is_a_finding(content: bytes, tmp_path: Path) -> None:
    folder = project(tmp_path) / "amplify"
    for name in (
        "cli.json",
        "team-provider-info.json",
        "backend/backend-config.json",
        "backend/api/blog/cli-inputs.json",
    ):
        (folder / name).write_bytes(content)

    plan = plan_import(read_files(tmp_path), now_ms=NOW_MS)

    assert plan.report.count("unreadable") >= 4
    assert plan.steps[-1].operation == "CreateBackendAPI"


def test_ten_thousand_types_are_read_or_refused_in_a_sentence(tmp_path: Path) -> None:
    folder = project(tmp_path) / "amplify" / "backend" / "api" / "blog"
    (folder / "schema.graphql").write_text(
        "".join(f"type T{i} @model {{ id: ID! name: String }}\n" for i in range(10_000))
    )

    plan = plan_import(read_files(tmp_path), now_ms=NOW_MS)

    refused = [one for one in plan.report.findings if one.status == "unreadable"]
    assert [one.item for one in refused] == ["schema"]
    assert "more than 100000 tokens" in refused[0].what


def test_a_schema_nested_without_end_is_refused_in_a_sentence(tmp_path: Path) -> None:
    folder = project(tmp_path) / "amplify" / "backend" / "api" / "blog"
    (folder / "schema.graphql").write_text("type A { a: " + "[" * 40_000 + "String" + "]" * 40_000 + " }")

    plan = plan_import(read_files(tmp_path), now_ms=NOW_MS)

    assert [one.item for one in plan.report.findings if one.status == "unreadable"] == ["schema"]


def test_an_archive_in_memory_is_no_path(tmp_path: Path) -> None:
    """An encrypted entry is left out, not asked a password for."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("amplify/backend/backend-config.json", "{}")
    raw = bytearray(buffer.getvalue())
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(raw)

    assert read_files(tmp_path / "a.zip").skipped == {"backend/backend-config.json": "encrypted"}
