"""/oauth2/authorize: where every sign-in begins."""

from preamp.auth.hosted_ui import social_pages
from preamp.auth.hosted_ui.context import Site, browser_session, carried
from preamp.auth.hosted_ui.grants import asked, granted, to_application
from preamp.auth.hosted_ui.http import Request, Response, redirect, with_parameters
from preamp.auth.hosted_ui.rules import PARAMETERS


async def authorize(site: Site, request: Request) -> Response:
    """Begin: to the application where somebody is signed in, else to a provider or to the sign-in page."""
    client, wanted, refused = await asked(site, request)
    if wanted is None:
        return refused
    if wanted.provider not in {None, "COGNITO"}:
        if wanted.prompt == "none":
            return to_application(wanted, {"error": "login_required"})
        return await social_pages.begin(site, request, str(wanted.provider))
    session = None if wanted.prompt == "login" else await browser_session(site, request)
    if session is not None:
        return await granted(site, client, wanted, session.user, session.auth_time_ms)
    if wanted.prompt == "none":
        return to_application(wanted, {"error": "login_required"})
    return redirect(with_parameters(f"{site.path}/login", carried(request.query, PARAMETERS)))
