"""Reads a page as a strict reader would: elements closed in order, headings, labels, names."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"meta", "link", "input", "img", "br", "hr", "path"}


class Reading(HTMLParser):
    """`faults` says what is wrong with the page; the other lists say what is in it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text: list[str] = []
        self.feed(html)
        self.close()
        self.faults += [f"{name} is never closed" for name in self.open]
        self._check()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.faults.append(f"{tag} has an attribute twice")
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> out of order")

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def words(self) -> str:
        return " ".join("".join(self.text).split())

    def _check(self) -> None:
        self._check_headings()
        self._check_ids()
        for field in self.all("input"):
            labelled = any(label.get("for") == field.get("id") for label in self.all("label"))
            if field.get("type") != "hidden" and not labelled:
                self.faults.append(f"input {field.get('name')} has no label")
        for tag, wanted in (("main", 1), ("h1", 1), ("header", 1), ("footer", 1), ("title", 1)):
            if len(self.all(tag)) != wanted:
                self.faults.append(f"{len(self.all(tag))} of {tag}")
        self.faults += ["img without alt" for one in self.all("img") if "alt" not in one]
        for tag, attributes in self.elements:
            inline = [name for name in attributes if name == "style" or name.startswith("on")]
            if tag in ("script", "style", "iframe", "base") or inline:
                self.faults.append(f"C-13: {tag} {inline}")

    def _check_headings(self) -> None:
        levels = [int(tag[1]) for tag, _ in self.elements if tag in ("h1", "h2", "h3", "h4", "h5")]
        for above, below in zip([0, *levels], levels, strict=False):
            if below > above + 1:
                self.faults.append(f"h{below} after h{above}")

    def _check_ids(self) -> None:
        ids = [attributes["id"] for _, attributes in self.elements if "id" in attributes]
        self.faults += [f"id {one} twice" for one in ids if ids.count(one) > 1]
        for tag, attributes in self.elements:
            for name in ("aria-labelledby", "aria-describedby", "for"):
                for target in attributes.get(name, "").split():
                    if target not in ids:
                        self.faults.append(f"{tag} {name}={target} leads nowhere")
