"""ListUsers' filter: `attribute = "value"` or `attribute ^= "beginning"`, and the question it becomes."""

import re
from functools import lru_cache
from typing import Any, Literal

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects import postgresql

from preamp.auth.idp.errors import InvalidParameterException
from preamp.auth.user_store import member_table, user_table
from preamp.db import Expression, Statement
from preamp.db.engine import DialectName

Match = Literal["=", "^="]

_FILTER = re.compile(
    r'\s*"?(?P<name>[\w:.-]{1,64})"?\s*(?P<match>\^?=)\s*"(?P<value>(?:[^"\\]|\\.){0,2048})"\s*', re.DOTALL
)
_ATTRIBUTES = frozenset({"email", "phone_number", "name", "given_name", "family_name", "preferred_username"})
_COLUMNS = {"username": "username", "sub": "id", "cognito:user_status": "status", "status": "enabled"}
_STATES = {"enabled": 1, "disabled": 0}


class UserFilter(Struct, frozen=True):
    """One condition on users."""

    name: str
    match: Match
    value: str


def read_filter(text: str | None) -> UserFilter | None:
    """The condition, None for none. Raises InvalidParameterException."""
    if text is None or not text.strip():
        return None
    found = _FILTER.fullmatch(text)
    if found is None:
        # Cognito's own words; what would be right is in ListUsers' documentation.
        raise InvalidParameterException("Error while parsing filter")
    name = found["name"]
    if name not in _ATTRIBUTES and name not in _COLUMNS:
        raise InvalidParameterException(f"Invalid search attribute: {name}")
    return UserFilter(name, "=" if found["match"] == "=" else "^=", re.sub(r"\\(.)", r"\1", found["value"]))


@lru_cache(64)
def listing(name: str | None, match: Match, *, of_group: bool = False) -> Statement:
    """The question for a page of users, oldest first; parameters of the condition are `value` and `size`."""

    def build(dialect: DialectName) -> Expression:
        after_ms, after_id = sa.bindparam("after_ms", type_=sa.BigInteger), sa.bindparam("after_id", type_=sa.Text)
        question = sa.select(user_table).where(
            user_table.c.user_pool_id == sa.bindparam("user_pool_id", type_=sa.Text),
            sa.or_(
                user_table.c.created_ms > after_ms,
                sa.and_(user_table.c.created_ms == after_ms, user_table.c.id > after_id),
            ),
        )
        if of_group:
            question = question.join(member_table, member_table.c.user_id == user_table.c.id).where(
                member_table.c.group_name == sa.bindparam("group_name", type_=sa.Text)
            )
        if name is not None:
            question = question.where(_condition(dialect, name, match))
        limit = sa.bindparam("count", type_=sa.Integer)
        return question.order_by(user_table.c.created_ms, user_table.c.id).limit(limit)

    return Statement(build)


def arguments(condition: UserFilter | None) -> dict[str, Any]:
    """The condition's parameters."""
    if condition is None:
        return {}
    if condition.name == "status":
        return {"value": _STATES.get(condition.value.lower(), -1)}
    more = {"size": len(condition.value)} if condition.match == "^=" else {}
    return {"value": condition.value, **more}


def _condition(dialect: DialectName, name: str, match: Match) -> "sa.ColumnElement[bool]":
    if name == "status":
        return user_table.c.enabled == sa.bindparam("value", type_=sa.BigInteger)
    value = sa.bindparam("value", type_=sa.Text)
    column = user_table.c[_COLUMNS[name]] if name in _COLUMNS else _attribute(dialect, name)
    if match == "=":
        return column == value
    return sa.func.substr(column, 1, sa.bindparam("size", type_=sa.Integer)) == value


def _attribute(dialect: DialectName, name: str) -> "sa.ColumnElement[Any]":
    if dialect == "sqlite":
        return sa.func.json_extract(user_table.c.attributes, f"$.{name}")
    found: sa.ColumnElement[Any] = sa.cast(user_table.c.attributes, postgresql.JSONB)[name].astext
    return found
