"""A document as a page that prints on A4; also what the PDF is printed from."""

from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from settlement.paper import lines_of
from web.documents.record import Record


@cache
def _environment() -> Environment:
    """Of its own, for a document knows no visitor: everything is escaped, and a missing value is an error."""
    return Environment(
        loader=PackageLoader("web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def stylesheet() -> Markup:
    """The style of documents, on screen and on paper."""
    return Markup((files("web") / "static" / "paper.css").read_text(encoding="utf-8"))  # noqa: S704 (our own file)


def to_html(text: str, records: tuple[Record, ...] = (), whole: bool = False) -> str:
    """The page. `whole` carries its style within, for a reader without our server; else it links to it."""
    template = _environment().get_template("paper.html")
    return template.render(lines=lines_of(text), records=records, style=stylesheet() if whole else "")
