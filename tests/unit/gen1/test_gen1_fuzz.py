"""Two thousand damaged projects: each has a report, and what is planned has the wire's shape."""

import json
import random
from typing import Any

import msgspec
import pytest
from gen1_projects import NAMES, NOW_MS, original

from preamp.control import service
from preamp.gen1 import Files, plan_import

EACH = 500
STRANGE: tuple[Any, ...] = (
    None, True, 0, -1, 1e308, 10**14, "", " ", "x" * 5000, "\0", "[]", "{", '{"a": [1]}', [], {}, [None], ["a,b", 3],
    {"a": {"b": []}}, "é\u202e", "${env}", "../..", "AWS_LAMBDA", "NONE",
)  # fmt: skip


def damaged(files: Files, dice: random.Random) -> Files:
    """One to six changes of a project: files gone, cut, doubled, filled with noise; members changed, moved, removed."""
    texts = dict(files.texts)
    for _ in range(dice.randint(1, 6)):
        path = dice.choice(sorted(texts)) if texts else "cli.json"
        texts = damaged_file(texts, path, dice)
    return Files(prefix=files.prefix, names=tuple(sorted({*files.names, *texts})), texts=texts, skipped={})


def damaged_file(texts: dict[str, bytes], path: str, dice: random.Random) -> dict[str, bytes]:
    content = texts.get(path, b"")
    act = dice.randrange(8)
    if act == 0:
        return {name: text for name, text in texts.items() if name != path}
    if act == 1:
        content = content[: dice.randint(0, len(content))]
    elif act == 2:
        place = dice.randint(0, len(content))
        content = content[:place] + dice.randbytes(3) + content[place:]
    elif act == 3:
        content = texts[dice.choice(sorted(texts))]
    elif path.endswith((".json", ".state")):
        content = changed(content, dice)
    else:
        words = content.decode(errors="replace").split(" ")
        words.insert(dice.randint(0, len(words)), dice.choice(["@", "}", "{", "type", '"']))
        content = " ".join(words).encode()
    return {**texts, path: content}


def changed(content: bytes, dice: random.Random) -> bytes:
    try:
        document = json.loads(content)
    except ValueError:
        return content
    change(document, dice)
    return json.dumps(document).encode()


def change(document: Any, dice: random.Random) -> None:
    """Change one member somewhere."""
    holder = document
    while isinstance(holder, dict | list) and holder:
        key = dice.choice(list(holder)) if isinstance(holder, dict) else dice.randrange(len(holder))
        inner = holder[key]
        if isinstance(inner, dict | list) and inner and dice.random() < 0.75:
            holder = inner
            continue
        if isinstance(holder, dict) and dice.random() < 0.3:
            del holder[key]
            holder[dice.choice(["x", "", "service", "a b", "userPoolGroups"])] = inner
        else:
            holder[key] = dice.choice(STRANGE)
        return


@pytest.mark.parametrize("name", NAMES)
def test_every_damaged_project_has_a_report(name: str) -> None:
    whole = original(name)
    for seed in range(EACH):
        dice = random.Random(f"{name} {seed}")  # noqa: S311  a seed, no secret
        plan = plan_import(damaged(whole, dice), now_ms=NOW_MS)

        assert plan.report.findings, seed
        assert plan.report.markdown()
        msgspec.json.encode(plan.report)
        for step in plan.steps:
            msgspec.convert(step.members, service.operations[step.operation].request)
