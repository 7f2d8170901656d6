"""The pages' HTML: Jinja templates with autoescape, one style for all, and what a pool's owner adds to it."""

from importlib.resources import files
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined, select_autoescape

from preamp.auth.hosted_ui.http import Response, new_nonce

_FILES = (
    "base.html",
    "login.html",
    "fields.html",
    "link.html",
    "challenge.html",
    "signup.html",
    "confirm.html",
    "forgot.html",
    "reset.html",
    "message.html",
)
MAX_CSS_CHARACTERS = 131_072


class Pages:
    """Renders pages. `css` is added behind the pages' own style, so it may change all of it."""

    def __init__(self, css: str = "") -> None:
        if len(css) > MAX_CSS_CHARACTERS or "</" in css or "<!--" in css:
            raise ValueError(
                f"the style is CSS alone, at most {MAX_CSS_CHARACTERS} characters, without `</` and `<!--`"
            )
        folder = files("preamp.auth.hosted_ui") / "templates"
        texts = {name: (folder / name).read_text(encoding="utf-8") for name in _FILES}
        self._css = (folder / "style.css").read_text(encoding="utf-8") + css
        self._environment = Environment(
            loader=DictLoader(texts),
            autoescape=select_autoescape(default=True, default_for_string=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def page(self, name: str, *, status: int = 200, form_targets: tuple[str, ...] = (), **values: Any) -> Response:
        """A page. `form_targets` are the origins to which its form may lead."""
        nonce = new_nonce()
        template = self._environment.get_template(f"{name}.html")
        text = template.render(css=self._css, nonce=nonce, **values)
        return Response(status=status, body=text.encode(), nonce=nonce, form_targets=form_targets)
