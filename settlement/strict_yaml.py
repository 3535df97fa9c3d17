"""YAML read strictly: what stands in the file is what the reader gets, or one clear error.

Ordinary YAML guesses: `on` becomes True, 1_000 a number, 1:30 a count of seconds, 0.1 a binary fraction, and of two
equal keys the last wins. None of that is acceptable where money is meant. Here

* only true, false, null, whole numbers and plain decimals are read as such; a decimal keeps its digits (Decimal);
* dates and times stay the text that was written, for the field that knows what it wants;
* a key may stand once, and tags of one's own are refused.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, ClassVar

import yaml

from matching_engine.errors import Malformed

LIMIT_BYTES = 1 << 20
"""No file a person writes is larger."""

_TAG = "tag:yaml.org,2002:"


class _StrictLoader(yaml.SafeLoader):
    """SafeLoader without its guesses."""

    # PyYAML keeps its tables on the class; empty ones forget what the parent would guess.
    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012
    yaml_constructors: ClassVar[dict[Any, Any]] = {}


def _line(node: yaml.Node) -> str:
    return f"line {node.start_mark.line + 1}"


def _scalar(tag: str, pattern: str, first: str, read: Callable[[str], object]) -> None:
    """Read a plain text that matches `pattern` as `tag`; an explicit tag must match it too."""
    shape = re.compile(rf"(?:{pattern})\Z", re.ASCII)

    def construct(_loader: _StrictLoader, node: yaml.Node) -> object:
        text = node.value if isinstance(node, yaml.ScalarNode) else ""
        if not isinstance(node, yaml.ScalarNode) or not shape.match(text):
            raise Malformed(_line(node), text, f"a value that is a plain {tag}")
        return read(text)

    _StrictLoader.add_implicit_resolver(_TAG + tag, shape, list(first))
    _StrictLoader.add_constructor(_TAG + tag, construct)


def _text(_loader: _StrictLoader, node: yaml.Node) -> object:
    if not isinstance(node, yaml.ScalarNode):
        raise Malformed(_line(node), type(node).__name__, "a text")
    return node.value


def _sequence(loader: _StrictLoader, node: yaml.Node) -> object:
    if not isinstance(node, yaml.SequenceNode):
        raise Malformed(_line(node), type(node).__name__, "a list")
    return [loader.construct_object(item, deep=True) for item in node.value]


def _mapping(loader: _StrictLoader, node: yaml.Node) -> object:
    if not isinstance(node, yaml.MappingNode):
        raise Malformed(_line(node), type(node).__name__, "a mapping")
    seen: dict[str, object] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            raise Malformed(_line(key_node), key, "a key that is a text")
        if key in seen:
            raise Malformed(_line(key_node), key, "each key once")
        seen[key] = loader.construct_object(value_node, deep=True)
    return seen


def _foreign(_loader: _StrictLoader, node: yaml.Node) -> object:
    raise Malformed(_line(node), node.tag, "no tag of one's own")


_scalar("bool", "true|True|TRUE|false|False|FALSE", "tTfF", lambda text: text.lower() == "true")
_scalar("null", "null|Null|NULL|~|", "nN~", lambda _: None)
# A value left out is null; PyYAML looks such texts up under "".
_StrictLoader.yaml_implicit_resolvers[""] = _StrictLoader.yaml_implicit_resolvers["~"]
_scalar("int", r"-?(?:0|[1-9][0-9]{0,17})", "-0123456789", int)
_scalar("float", r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,18}", "-0123456789", Decimal)
_StrictLoader.add_constructor(_TAG + "str", _text)
_StrictLoader.add_constructor(_TAG + "seq", _sequence)
_StrictLoader.add_constructor(_TAG + "map", _mapping)
_StrictLoader.add_constructor(None, _foreign)


def read_yaml(data: bytes, limit: int = LIMIT_BYTES) -> object:
    """The one document in `data`, UTF-8, at most `limit` bytes; Malformed names the line."""
    if len(data) > limit:
        raise Malformed("file", f"{len(data)} bytes", f"at most {limit} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed("file", f"byte {error.start}", "UTF-8") from error
    try:
        return yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - stricter than the safe loader
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}" if error.problem_mark else "file"
        raise Malformed(line, error.problem, "YAML") from error
    except yaml.YAMLError as error:
        raise Malformed("file", str(error).splitlines()[0], "YAML") from error
    except (RecursionError, ValueError) as error:
        raise Malformed("file", type(error).__name__, "YAML of a few levels") from error
