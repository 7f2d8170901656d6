"""A pool's pages and a browser before them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from authkit import room
from hosted_site import NOW, Site
from preamp.auth.social import Social
from preamp.kit.clock import SetClock


@pytest.fixture
async def site(tmp_path: Any) -> AsyncIterator[Site]:
    clock = SetClock(NOW)
    social = Social(clock)
    async with room(f"sqlite:///{tmp_path}/p.sqlite3", clock) as here:
        yield Site(here, social)
    await social.close()


@pytest.fixture
async def both(database_url: str) -> AsyncIterator[Site]:
    """Give a site on each kind of database."""
    clock = SetClock(NOW)
    social = Social(clock)
    async with room(database_url, clock) as here:
        yield Site(here, social)
    await social.close()
