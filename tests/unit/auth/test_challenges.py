"""What a sign-in carries between two calls: opaque, bound, and short-lived."""

import base64
import uuid

import pytest

from preamp.auth.challenges import Challenges, Exchange, InvalidSession, Round, SignIn
from preamp.kit.seal import Sealer

SIGN_IN = SignIn(
    pool="us-east-1_A", client="web", username="alice", user_id="u1", step="SMS_MFA", exp_ms=1000, nonce="n", begun_ms=0
)
EXCHANGE = Exchange(sign_in=SIGN_IN, user="alice", a=b"a" * 384, b=b"b" * 32, u=b"u" * 32)


@pytest.fixture
def challenges() -> Challenges:
    return Challenges(Sealer(b"k" * 32))


def test_a_session_holds_the_whole_state(challenges: Challenges) -> None:
    """Another node, which knows the install key alone, goes on with the sign-in."""
    text = challenges.session(SIGN_IN)

    assert Challenges(Sealer(b"k" * 32)).read_session(text, "us-east-1_A", "web", 999) == SIGN_IN
    assert 20 <= len(text) <= 4096


def test_a_secret_block_holds_the_exchange(challenges: Challenges) -> None:
    text = challenges.secret_block(EXCHANGE)

    assert challenges.read_secret_block(text, "us-east-1_A", "web", 999) == EXCHANGE
    assert b"b" * 32 not in base64.b64decode(text)


@pytest.mark.parametrize(
    ("pool", "client", "now_ms"),
    [("us-east-1_B", "web", 0), ("us-east-1_A", "native", 0), ("us-east-1_A", "web", 1000)],
)
def test_a_session_of_another_pool_or_client_or_time_is_refused(
    challenges: Challenges, pool: str, client: str, now_ms: int
) -> None:
    with pytest.raises(InvalidSession):
        challenges.read_session(challenges.session(SIGN_IN), pool, client, now_ms)
    with pytest.raises(InvalidSession):
        challenges.read_secret_block(challenges.secret_block(EXCHANGE), pool, client, now_ms)


@pytest.mark.parametrize("change", ["flip", "cut", "empty", "garbage", "non-ascii", "long", "newline"])
def test_a_changed_session_does_not_open(challenges: Challenges, change: str) -> None:
    text = challenges.session(SIGN_IN)
    changed = {
        "flip": ("B" if text[40] != "B" else "C").join((text[:40], text[41:])),
        "cut": text[:-8],
        "empty": "",
        "garbage": "x" * 200,
        "non-ascii": "é" * 200,
        "long": text + "A" * 9000,
        "newline": text + "\n",
    }[change]

    with pytest.raises(InvalidSession):
        challenges.read_session(changed, "us-east-1_A", "web", 0)


def test_a_secret_block_is_no_session_and_the_reverse(challenges: Challenges) -> None:
    with pytest.raises(InvalidSession):
        challenges.read_session(challenges.secret_block(EXCHANGE), "us-east-1_A", "web", 0)
    with pytest.raises(InvalidSession):
        challenges.read_secret_block(challenges.session(SIGN_IN), "us-east-1_A", "web", 0)


def test_a_session_of_another_install_does_not_open(challenges: Challenges) -> None:
    with pytest.raises(InvalidSession):
        Challenges(Sealer(b"j" * 32)).read_session(challenges.session(SIGN_IN), "us-east-1_A", "web", 0)


def test_a_state_that_no_session_can_hold_is_told(challenges: Challenges) -> None:
    """A trigger that asks for ever must not make a Session that clients and the model refuse."""
    rounds = tuple(Round(challenge_name="CUSTOM_CHALLENGE", challenge_result=False) for _ in range(500))
    with pytest.raises(ValueError, match="too long"):
        challenges.session(SignIn(pool="p", client="c", username="u", user_id="u", step="CUSTOM_CHALLENGE", exp_ms=1,
                                  nonce="n", begun_ms=0, rounds=rounds))  # fmt: skip


def test_a_code_is_bound_to_its_sign_in(challenges: Challenges) -> None:
    assert challenges.code_digest("a", "123456") != challenges.code_digest("b", "123456")


def test_a_name_that_no_user_has_gets_an_id_that_stays(challenges: Challenges) -> None:
    """Another id at the next try would tell that there is no such user."""
    made = challenges.fake_uuid("us-east-1_A", "nobody")

    assert uuid.UUID(made).version == 4
    assert made == challenges.fake_uuid("us-east-1_A", "nobody") != challenges.fake_uuid("us-east-1_B", "nobody")
