"""Carrying out migrations inside a space, so that kill -9 at any moment leaves work that can go on or be undone.

The space keeps its own journal: what release is served, what release is coming, its steps and how many are done, and
the layout. Each step commits together with its journal row; the two that cannot (filling a large table, an index that
PostgreSQL builds beside its writers) can be run again.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from preamp.db.space import Space, Spaces, SpaceTransaction
from preamp.graphql import ddl
from preamp.graphql.ddl import Backfill, CreateIndex, CreateTable, DropTable, Fill, Loss, Step
from preamp.graphql.layout import Column, Layout
from preamp.graphql.model import Model
from preamp.graphql.scalars import PARSERS
from preamp.graphql.sql import ROW, Dialect, Storage, dialect, quote

BATCH_ROWS = 5_000
"""Rows changed in one transaction of a fill: writers wait no longer than that takes."""

MOST_EXAMPLES = 5
_STATE = "preamp#state"


class DataLoss(Exception):
    """The new schema would lose or break stored values; nothing was changed. `texts` tells each loss."""

    def __init__(self, texts: Sequence[str]) -> None:
        super().__init__(" ".join(texts))
        self.texts = list(texts)


class ReleasePending(Exception):
    """Another release has been prepared and neither published nor reverted."""


class Pending(Struct, frozen=True, kw_only=True):
    """A release on its way. `done` counts steps of `expand`, and of `contract` once it is settling."""

    release: str
    model: Model
    expand: tuple[Step, ...]
    contract: tuple[Step, ...]
    phase: Literal["preparing", "prepared", "reverting", "settling"] = "preparing"
    done: int = 0
    cursor: int = 0
    """The last row of the fill under way."""


class State(Struct, frozen=True, kw_only=True):
    """All a space knows about itself."""

    layout: Layout = Layout()
    served: Model | None = None
    release: str | None = None
    """The release that was settled last."""
    pending: Pending | None = None


_DECODE = msgspec.json.Decoder(State)
_ENCODE = msgspec.json.Encoder()


async def state_of(space: Space) -> State | None:
    """Answer what a space knows about itself, None where it was made and nothing more."""
    own = dialect(space.dialect, space.prefix)
    if not await _exists(space, own):
        return None
    rows = await space.read(f"SELECT state FROM {own.table(_STATE)}")
    return _DECODE.decode(rows[0][0])


async def _exists(space: Space, own: Dialect) -> bool:
    if own.name == "sqlite":
        return bool(await space.read("SELECT 1 FROM sqlite_master WHERE name = ?1", [_STATE]))
    schema = own.prefix[1:-2]
    return bool(await space.read("SELECT 1 FROM pg_tables WHERE schemaname = $1 AND tablename = $2", [schema, _STATE]))


async def prepare(spaces: Spaces, api_id: str, release: str, wanted: Model) -> None:
    """Bring a space to where the served release and the wanted one both work.

    Raises DataLoss before anything is changed, ReleasePending while another release is under way.
    """
    space = await spaces.create(api_id)
    migrator = _Migrator(space, await _initialised(space))
    await migrator.prepare(release, wanted)


async def revert(spaces: Spaces, api_id: str, release: str) -> None:
    """Undo what was prepared for a release that was never published; nothing happens if there was nothing."""
    if not await spaces.exists(api_id):
        return
    space = await spaces.get(api_id)
    state = await state_of(space)
    if state is not None:
        state = await _Migrator(space, state).revert(release)
    if state is None or (state.served is None and state.pending is None):
        await spaces.drop(api_id)


async def settle(spaces: Spaces, api_id: str, release: str) -> None:
    """Drop what only the older release needed, once the new one is published; nothing happens the second time."""
    space = await spaces.get(api_id)
    state = await state_of(space)
    if state is not None:
        await _Migrator(space, state).settle(release)


async def _initialised(space: Space) -> State:
    own = dialect(space.dialect, space.prefix)
    known = await state_of(space)
    if known is not None:
        return known
    async with space.transaction() as transaction:
        await transaction.run(f"CREATE TABLE IF NOT EXISTS {own.table(_STATE)} (one integer PRIMARY KEY, state text)")
        insert = f"INSERT INTO {own.table(_STATE)} VALUES (1, {own.parameter(1, 'text')})"
        await transaction.run(insert, [_ENCODE.encode(State()).decode()])
    return State()


class _Migrator:
    """Moves one space along, step by step."""

    def __init__(self, space: Space, state: State) -> None:
        self._space, self._state = space, state
        self._dialect = dialect(space.dialect, space.prefix)

    async def prepare(self, release: str, wanted: Model) -> None:
        pending = self._state.pending
        if pending is None:
            if self._state.release == release:
                return
            pending = await self._begin(release, wanted)
        elif pending.release != release or pending.phase not in {"preparing", "prepared"}:
            raise ReleasePending(f"Release {pending.release} is {pending.phase}; settle or revert it first.")
        if pending.phase == "preparing":
            await self._run(pending.expand)
            await self._note(replace(self._pending(), phase="prepared", done=len(pending.expand)))

    async def revert(self, release: str) -> State:
        pending = self._state.pending
        if pending is None or pending.release != release or pending.phase == "settling":
            return self._state
        if pending.phase != "reverting":
            # The step under way may have left an index that PostgreSQL never finished.
            started = min(pending.done + 1, len(pending.expand))
            steps = pending.expand[:started]
            pending = replace(pending, phase="reverting", expand=steps, done=started, cursor=0)
            await self._note(pending)
        for position in range(pending.done - 1, -1, -1):
            await self._undo(pending.expand[position], position)
        await self._save(replace(self._state, pending=None))
        return self._state

    async def settle(self, release: str) -> None:
        pending = self._state.pending
        if pending is None or pending.release != release:
            return
        if pending.phase == "prepared":
            pending = replace(pending, phase="settling", done=0, cursor=0)
            await self._note(pending)
        if pending.phase != "settling":
            raise ReleasePending(f"Release {release} is {pending.phase}; it cannot be settled.")
        await self._run(pending.contract)
        await self._save(replace(self._state, served=pending.model, release=release, pending=None))

    # Journal -------------------------------------------------------------------------------------------------------

    async def _begin(self, release: str, wanted: Model) -> Pending:
        migration = ddl.diff(self._state.served, wanted, self._state.layout)
        texts = [text for loss in migration.losses if (text := await self._lost(loss))]
        if texts:
            raise DataLoss(texts)
        pending = Pending(release=release, model=wanted, expand=migration.expand, contract=migration.contract)
        await self._note(pending)
        return pending

    def _pending(self) -> Pending:
        assert self._state.pending is not None  # noqa: S101 - whoever asks has noted one
        return self._state.pending

    async def _note(self, pending: Pending) -> None:
        await self._save(replace(self._state, pending=pending))

    async def _save(self, state: State) -> None:
        async with self._space.transaction() as transaction:
            await self._write(transaction, state)

    async def _write(self, transaction: SpaceTransaction, state: State) -> None:
        update = f"UPDATE {self._dialect.table(_STATE)} SET state = {self._dialect.parameter(1, 'text')}"
        await transaction.run(update, [_ENCODE.encode(state).decode()])
        self._state = state

    # Steps ---------------------------------------------------------------------------------------------------------

    async def _run(self, steps: Sequence[Step]) -> None:
        made = {step.table.name for step in steps if isinstance(step, CreateTable)}
        while self._pending().done < len(steps):
            step = steps[self._pending().done]
            match step:
                case Backfill() | Fill():
                    await self._fill(step)
                    await self._advance([step], [])
                case CreateIndex(table, _) if self._dialect.name == "postgresql" and table not in made:
                    await self._index_beside_writers(step)
                    await self._advance([step], [])
                case DropTable(table) if await self._has_rows(table.name):
                    # Rows came after the check, through the older release: they stay, unseen.
                    await self._note(replace(self._pending(), done=self._pending().done + 1))
                case _:
                    together = _of_new_tables(steps[self._pending().done :], made) or [step]
                    await self._advance(together, [one for s in together for one in ddl.statements(s, self._dialect)])

    async def _advance(self, steps: Sequence[Step], statements: Sequence[str]) -> None:
        """Run the statements of steps and note these as done, together."""
        pending = replace(self._pending(), done=self._pending().done + len(steps), cursor=0)
        state = replace(self._state, pending=pending, layout=ddl.after(self._state.layout, steps))
        async with self._space.transaction() as transaction:
            for statement in statements:
                await transaction.run(statement)
            await self._write(transaction, state)

    async def _undo(self, step: Step, position: int) -> None:
        undoing = ddl.inverse(step)
        steps = [] if undoing is None or not self._was_done(step) else [undoing]
        pending = replace(self._pending(), done=position)
        state = replace(self._state, pending=pending, layout=ddl.after(self._state.layout, steps))
        async with self._space.transaction() as transaction:
            for one in steps:
                for statement in ddl.statements(one, self._dialect):
                    await transaction.run(statement)
            await self._write(transaction, state)

    def _was_done(self, step: Step) -> bool:
        """Tell whether there may be something to undo.

        The layout tells of tables and columns; an index may be half made.
        """
        tables = {table.name: table for table in self._state.layout.tables}
        match step:
            case CreateTable(table):
                return table.name in tables
            case ddl.AddColumn(table, column):
                return table in tables and column.name in {one.name for one in tables[table].columns}
            case ddl.Retype(table, column, _):
                return table in tables and column in tables[table].columns
            case _:
                return True

    async def _has_rows(self, table: str) -> bool:
        return bool(await self._space.read(f"SELECT 1 FROM {self._dialect.table(table)} LIMIT 1"))

    async def _index_beside_writers(self, step: CreateIndex) -> None:
        """Build an index without stopping writers; one that a crash left unfinished is made anew."""
        name = f"{self._dialect.prefix}{quote(step.index.name)}"
        unfinished = "SELECT 1 FROM pg_index WHERE indexrelid = to_regclass($1) AND NOT indisvalid"
        if await self._space.read(unfinished, [name]):
            await self._space.run_alone(f"DROP INDEX IF EXISTS {name}")
        await self._space.run_alone(ddl.create_index(step.table, step.index, self._dialect, concurrently=True))

    async def _fill(self, step: Backfill | Fill) -> None:
        table = self._dialect.table(step.table)
        sets, needs = self._filling(step)
        first, last = self._dialect.parameter(1, "int"), self._dialect.parameter(2, "int")
        end_of_batch = (
            f"SELECT max(r) FROM (SELECT {ROW} AS r FROM {table} WHERE {ROW} > {first} ORDER BY {ROW} "
            f"LIMIT {BATCH_ROWS}) AS batch"
        )
        update = f"UPDATE {table} SET {sets} WHERE {ROW} > {first} AND {ROW} <= {last} AND {needs}"
        while True:
            start = self._pending().cursor
            end = (await self._space.read(end_of_batch, [start]))[0][0]
            if end is None:
                return
            async with self._space.transaction() as transaction:
                await transaction.run(update, [start, end])
                await self._write(transaction, replace(self._state, pending=replace(self._pending(), cursor=end)))

    def _filling(self, step: Backfill | Fill) -> tuple[str, str]:
        if isinstance(step, Fill):
            column = quote(step.column.name)
            return (
                f"{column} = {ddl.default_text(step.default, step.column.storage, self._dialect)}",
                f"{column} IS NULL",
            )
        source, target = quote(step.source.name), quote(step.target.name)
        value = ddl.conversion(source, step.source.storage, step.target.storage, self._dialect)
        return f"{target} = {value}", f"{source} IS NOT NULL"

    # Losses --------------------------------------------------------------------------------------------------------

    async def _lost(self, loss: Loss) -> str | None:
        """Answer the text of a loss if there are rows it strikes, with examples."""
        if loss.kind == "misfits":
            return await self._misfits(loss)
        where = ""
        if loss.column is not None:
            where = f" WHERE {quote(loss.column.name)} IS {'NOT ' if loss.kind == 'values' else ''}NULL"
        count = (await self._space.read(f"SELECT count(*) FROM {self._dialect.table(loss.table)}{where}"))[0][0]
        if not count:
            return None
        examples: list[str] = []
        if loss.kind == "values" and loss.column is not None:
            name = quote(loss.column.name)
            shown = f"SELECT CAST({name} AS text) FROM {self._dialect.table(loss.table)}{where} LIMIT {MOST_EXAMPLES}"
            examples = [str(row[0]) for row in await self._space.read(shown)]
        return _loss_text(loss, count, examples)

    async def _misfits(self, loss: Loss) -> str | None:
        """Read every distinct value of the column and try it on the wanted type."""
        assert loss.column is not None  # noqa: S101 - misfits are of a column
        column, table = quote(loss.column.name), self._dialect.table(loss.table)
        after = self._dialect.parameter(1, "int")
        page = (
            f"SELECT {ROW}, {column} FROM {table} WHERE {ROW} > {after} AND {column} IS NOT NULL "
            f"ORDER BY {ROW} LIMIT {BATCH_ROWS}"
        )
        count, examples, cursor = 0, list[str](), 0
        while rows := await self._space.read(page, [cursor]):
            for _, value in rows:
                if not fits(value, loss.column, loss.wanted, loss.allowed):
                    count += 1
                    examples += [str(value)] if len(examples) < MOST_EXAMPLES and str(value) not in examples else []
            cursor = rows[-1][0]
        return _loss_text(loss, count, examples) if count else None


def _of_new_tables(steps: Sequence[Step], made: set[str]) -> list[Step]:
    """Answer the first steps that only concern tables made just now: nobody waits for these, so they go together."""
    found: list[Step] = []
    for step in steps:
        if not isinstance(step, CreateTable) and not (isinstance(step, CreateIndex) and step.table in made):
            break
        found.append(step)
    return found


def fits(value: object, column: Column, wanted: str, allowed: tuple[str, ...] | None) -> bool:
    """Tell whether a stored value is a value of the wanted type (`[T!]` for lists)."""
    storage: Storage = column.storage
    if storage == "json":
        items = msgspec.json.decode(value) if isinstance(value, str) else None
        if not isinstance(items, list):
            return False
        inner = wanted.strip("[]")
        return all(
            not inner.endswith("!") if item is None else _fits_one(item, inner.rstrip("!"), allowed) for item in items
        )
    return _fits_one(value, wanted, allowed)


def _fits_one(value: object, wanted: str, allowed: tuple[str, ...] | None) -> bool:
    if allowed is not None:
        return value in allowed
    parse = PARSERS.get(wanted)
    if parse is None:
        return False
    try:
        parse(value)
    except ValueError:
        return False
    return True


def _loss_text(loss: Loss, count: int, examples: Sequence[str]) -> str:
    text = loss.text.replace("{rows}", str(count))
    return f"{text} For example: {', '.join(repr(one[:60]) for one in examples)}." if examples else text
