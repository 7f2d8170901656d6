"""Challenges by which an operator's browser logs in to the console: CreateToken, GetToken, DeleteToken.

A token lives two minutes. Its code is sealed at rest and never logged; GetToken answers it again while it lives.
"""

from preamp.control import questions
from preamp.control.backend import ERRORS
from preamp.control.context import Control, app_of
from preamp.control.errors import NotFoundException, TooManyRequestsException
from preamp.control.model import (
    CreateTokenRequest,
    DeleteTokenRequest,
    DeleteTokenResponse,
    GetTokenRequest,
    TokenResponse,
)
from preamp.control.records import Token
from preamp.control.service import service
from preamp.kit import ids
from preamp.kit.caller import Call


@service.operation("CreateToken", "POST /backend/{appId}/challenge", *ERRORS)
async def create_token(control: Control, request: CreateTokenRequest, call: Call) -> TokenResponse:
    """Make a challenge for the console of an app."""
    now = control.clock.now_ms()
    async with control.db.transaction() as tx:
        await app_of(tx, request.app_id)
        await tx.execute(questions.PURGE_TOKENS, now=now)
        key = call.caller.access_key_id
        if call.invocation_id is not None:
            row = await tx.row(
                questions.TOKEN_BY_INVOCATION,
                app_id=request.app_id,
                access_key_id=key,
                invocation_id=call.invocation_id,
            )
            if row is not None:
                return _response(control, Token(*row))
        count = await tx.row(questions.COUNT_TOKENS, app_id=request.app_id)
        if count is not None and count[0] >= control.tokens_per_app:
            raise TooManyRequestsException(
                f"App {request.app_id!r} has {control.tokens_per_app} tokens alive; delete one or let one end.",
                "tokens",
            )
        session_id = ids.uuid4()
        token = Token(
            request.app_id,
            session_id,
            control.sealer.seal_text(ids.uuid4(), f"token {request.app_id} {session_id}"),
            now + control.token_seconds * 1000,
            key,
            call.invocation_id,
        )
        await tx.execute(questions.PUT_TOKEN, **{name: getattr(token, name) for name in token.__struct_fields__})
    return _response(control, token)


@service.operation("GetToken", "GET /backend/{appId}/challenge/{sessionId}", *ERRORS)
async def get_token(control: Control, request: GetTokenRequest) -> TokenResponse:
    """The challenge while it lives. It is not used up by being read; whoever checked it deletes it."""
    row = await control.db.row(questions.TOKEN, app_id=request.app_id, session_id=request.session_id)
    if row is None or Token(*row).expires_ms <= control.clock.now_ms():
        await app_of(control.db, request.app_id)
        raise NotFoundException("session", request.session_id)
    return _response(control, Token(*row))


@service.operation("DeleteToken", "POST /backend/{appId}/challenge/{sessionId}/remove", *ERRORS)
async def delete_token(control: Control, request: DeleteTokenRequest) -> DeleteTokenResponse:
    """End a challenge; also true where it had ended already, so that the call can be repeated."""
    async with control.db.transaction() as tx:
        await app_of(tx, request.app_id)
        await tx.execute(questions.DELETE_TOKEN, app_id=request.app_id, session_id=request.session_id)
    return DeleteTokenResponse(is_success=True)


def _response(control: Control, token: Token) -> TokenResponse:
    return TokenResponse(
        app_id=token.app_id,
        challenge_code=control.sealer.open_text(token.sealed, f"token {token.app_id} {token.session_id}"),
        session_id=token.session_id,
        ttl=str(token.expires_ms // 1000),
    )
