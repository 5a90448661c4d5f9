"""From a View to HTML: one Jinja environment per language, everything escaped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from notes.cleaning import SafeHtml
from pages import words
from pages.assets import Assets
from pages.views import View

_FOLDER = Path(__file__).parent / "templates"
_KEPT = ("before", "after", "uri")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What surrounds every page. `chosen`: the address names the language, so links keep it.

    `query` holds the parameters of the address worth keeping; never anything of a page that
    can't be shown, which must be the same for whatever it hides (P-3).
    """

    language: str
    chosen: bool
    base: str
    title: str
    query: Mapping[str, str]

    def link(self, address: str | None) -> str | None:
        """Our own addresses keep the language; the others are left alone."""
        if not self.chosen or not address or not address.startswith("/"):
            return address
        return address + ("&" if "?" in address else "?") + urlencode({"lang": self.language})

    def turned(self, **changes: object) -> str:
        """This page with other parameters."""
        kept = {name: value for name, value in self.query.items() if name in _KEPT}
        if self.chosen:
            kept["lang"] = self.language
        changed = {name: str(value) for name, value in changes.items()}
        return "?" + urlencode({**kept, **changed})

    def first(self) -> str:
        """The first page of a list."""
        return "?" + urlencode({"lang": self.language}) if self.chosen else "?"


class Printer:
    """Prints pages in one language."""

    def __init__(self, language: str, assets: Assets) -> None:
        self._language = language
        self._templates = _environment(language, assets)

    def html(self, view: View, frame: Frame) -> str:
        return self._templates.get_template(view.template).render(view=view, frame=frame)


def _environment(language: str, assets: Assets) -> Environment:
    made = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        auto_reload=False,
    )
    catalog = words.load(language)
    made.install_gettext_translations(catalog, newstyle=True)  # type: ignore[attr-defined]
    made.filters.update(
        clean=_clean,
        machine_time=words.machine_time,
        day=partial(words.day, language=language),
        hour=partial(words.hour, language=language),
    )
    made.globals["asset"] = {name: one.address for name, one in assets.by_name.items()}
    made.globals["languages"] = words.LANGUAGES
    return made


def _clean(html: SafeHtml) -> Markup:
    """The only door for HTML: what `notes.cleaning` has made."""
    return Markup(html)
