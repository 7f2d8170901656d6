"""AppState: how the Amplify CLI finds out whether an app is administered here, and by which user pool.

`GET /AppState/?appId=ID` without a signature, as on AWS: `{"appId", "region", "loginAuthConfig"}`, where the last is
JSON in a text, for an app on which CreateBackendConfig was called; `{}` for any other. Source: the CLI's admin-helpers.
"""

from urllib.parse import parse_qs

import msgspec

from preamp.control import questions
from preamp.control.records import App
from preamp.db import Database
from preamp.server.hosts import Place, Receive, Scope, Send, answer_json

_NO_STORE = b"no-store"
_MOST_CHARACTERS = 64
_MOST_QUERY_BYTES = 1024


class AppState:
    """The AppState service."""

    def __init__(self, db: Database, region: str) -> None:
        self._db = db
        self._region = region
        self.place = Place(app=self._answer, paths=("AppState",))

    async def _answer(self, scope: Scope, _receive: Receive, send: Send) -> None:
        path = scope["raw_path"].decode("latin-1").strip("/")
        if scope["method"] != "GET" or path != "AppState":
            body = {"message": "Requested app was not found"}  # what the CLI expects of a sandbox that is none
            await answer_json(send, 404, msgspec.json.encode(body), _NO_STORE)
            return
        given = ""
        if len(scope["query_string"]) <= _MOST_QUERY_BYTES:
            given = parse_qs(scope["query_string"].decode("latin-1")).get("appId", [""])[0]
        await answer_json(send, 200, msgspec.json.encode(await self._state(given)), _NO_STORE)

    async def _state(self, app_id: str) -> dict[str, str]:
        if not 0 < len(app_id) <= _MOST_CHARACTERS or "\0" in app_id:
            return {}
        row = await self._db.row(questions.APP, app_id=app_id)
        if row is None or App(*row).login is None:
            return {}
        return {"appId": app_id, "region": self._region, "loginAuthConfig": App(*row).login or ""}
