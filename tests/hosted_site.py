"""A pool's pages and a browser before them."""

from authkit import CALLBACK, PASSWORD, WEB, Room
from browser import CHALLENGE, Browser, Page
from preamp.auth.hosted_ui import HostedPages, HostedUI, Pages
from preamp.auth.social import Social

NOW = 1_800_000_000_000
AT = "/auth/people"


class Site:
    """A room with its pages."""

    def __init__(self, here: Room, social: Social) -> None:
        self.room, self.social = here, social
        self.pages = HostedPages(HostedUI(idp=here.idp, pages=Pages(), social=social))
        self.browser = Browser(self.pages)

    async def authorize(self, browser: Browser | None = None, /, **more: str | None) -> Page:
        """Begin a sign-in as aws-amplify 6 does; None leaves a parameter out."""
        asked = {
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "client_id": WEB,
            "identity_provider": "COGNITO",
            "scope": "openid email aws.cognito.signin.user.admin",
            "state": "s123",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **more,
        }
        given = {name: value for name, value in asked.items() if value is not None}
        return await (browser or self.browser).get(f"{AT}/oauth2/authorize", **given)

    async def login_page(self, **more: str | None) -> Page:
        """The sign-in page."""
        started = await self.authorize(**more)
        assert started.status == 302, started.body
        return await self.browser.get(started.location)

    async def code(self, name: str = "ann", **more: str | None) -> str:
        """Sign in and answer the code."""
        page = await self.login_page(**more)
        done = await self.browser.submit(page, username=name, password=PASSWORD)
        assert done.status == 302, done.error
        return done.told["code"]

    async def token(self, **form: str | None) -> Page:
        """Call /oauth2/token as a script: without cookies."""
        asked = {name: value for name, value in form.items() if value is not None}
        return await Browser(self.pages).post(f"{AT}/oauth2/token", asked)
