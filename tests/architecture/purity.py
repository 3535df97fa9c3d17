"""What a pure part may not do: ask the time, draw lots, touch the world, reckon in floats, follow a set's order."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.source import Finding, Source

_MODULES = frozenset({"time", "random", "secrets", "os"})
_NOW = frozenset({"now", "utcnow", "today"})
_CHANCE = frozenset({"uuid1", "uuid4", "urandom", "token_bytes", "token_hex", "token_urlsafe"})
_WORLD = frozenset({"open", "print", "input", "breakpoint"})
_ASYNC = (ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith, ast.Await)
_SET_TYPES = frozenset({"set", "frozenset", "Set", "AbstractSet", "FrozenSet", "MutableSet"})
_SET_METHODS = frozenset({"union", "intersection", "difference", "symmetric_difference"})
# What comes out of these does not depend on the order that goes in (unless a key lets two elements tie).
_ORDERLESS = frozenset({"sorted", "sum", "min", "max", "any", "all", "len", "set", "frozenset"})
_ORDERED = frozenset(
    {"list", "tuple", "iter", "enumerate", "map", "filter", "zip", "reversed", "deque", "dict"}
)


def check_pure(source: Source) -> Iterator[Finding]:
    """Every breach in one pure module."""
    yield from source.empty_escapes()
    found = [*_banned(source.tree), *_Sets(source.tree).iterations()]
    for node, what in found:
        if not source.excused(node):
            yield source.finding(node, what)


def _banned(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    for node in ast.walk(tree):
        what = _breach(node)
        if what:
            yield _head(node), what


def _head(node: ast.AST) -> ast.AST:
    """A function stands for its first line, so an escape inside its body does not excuse it."""
    return node.args if isinstance(node, ast.AsyncFunctionDef) and node.args.args else node


def _breach(node: ast.AST) -> str | None:
    if isinstance(node, _ASYNC):
        return "async in a pure part"
    if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
        return f"a float literal, {node.value!r}"
    if isinstance(node, ast.Name) and node.id == "float":
        return "float, as a type or a call"
    if isinstance(node, ast.Attribute):
        return _attribute(node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id in _WORLD:
            return f"{node.func.id}() touches the world"
        if node.func.id in _CHANCE:
            return f"{node.func.id}() draws lots"
    return None


def _attribute(node: ast.Attribute) -> str | None:
    if isinstance(node.value, ast.Name) and node.value.id in _MODULES:
        return f"{node.value.id}.{node.attr}"
    if node.attr in _NOW and ast.unparse(node.value).rpartition(".")[2] in {"datetime", "date"}:
        return f"{ast.unparse(node)} asks the clock"
    if node.attr in _CHANCE:
        return f"{ast.unparse(node)} draws lots"
    return None


class _Sets:
    """Which expressions of a module are sets, as far as its own text tells, and who follows their order.

    A name counts as a set when it is annotated as one or bound to one anywhere in the same function
    (attributes: in the same module). What another module returns is not followed.
    """

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self._attributes = {
            node.target.attr if isinstance(node.target, ast.Attribute) else node.target.id
            for scope in ast.walk(tree)
            for node in (scope.body if isinstance(scope, ast.ClassDef) else [])
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name | ast.Attribute)
            if _annotated_set(node.annotation)
        }
        self._names: set[str] = set()

    def iterations(self) -> Iterator[tuple[ast.AST, str]]:
        """Each place where a set's order decides something."""
        self._names = self._bound(self._tree.body)
        module_names = self._names
        yield from self._in(self._tree.body)
        for scope in ast.walk(self._tree):
            if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef):
                self._names = module_names | self._arguments(scope.args)
                self._names |= self._bound(scope.body)
                yield from self._in(scope.body)

    def _arguments(self, arguments: ast.arguments) -> set[str]:
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        return {each.arg for each in every if each.annotation and _annotated_set(each.annotation)}

    def _bound(self, body: list[ast.stmt]) -> set[str]:
        bound: set[str] = set()
        for node in _own(body):
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                bound |= {node.target.id} if _annotated_set(node.annotation) else set()
            elif isinstance(node, ast.Assign) and self._is_set(node.value, bound):
                bound |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        return bound

    def _is_set(self, node: ast.AST, names: set[str] | None = None) -> bool:
        known = self._names | (names or set())
        match node:
            case ast.Set() | ast.SetComp():
                return True
            case ast.Name(id=name):
                return name in known
            case ast.Attribute(attr=name):
                return name in self._attributes
            case ast.Call(func=ast.Name(id=name)):
                return name in {"set", "frozenset"}
            case ast.Call(func=ast.Attribute(value=value, attr=name)):
                return name in _SET_METHODS and self._is_set(value, names)
            case ast.BinOp(left=left, op=ast.BitOr() | ast.BitAnd() | ast.Sub() | ast.BitXor(), right=right):
                return self._is_set(left, names) or self._is_set(right, names)
        return False

    def _in(self, body: list[ast.stmt]) -> Iterator[tuple[ast.AST, str]]:
        nodes = list(_own(body))
        harmless = {id(argument) for node in nodes for argument in _orderless(node)}
        for node in nodes:
            for followed in _followed(node):
                if self._is_set(followed) and id(node) not in harmless:
                    yield followed, f"follows the order of a set: {ast.unparse(followed)}"


def _annotated_set(annotation: ast.expr) -> bool:
    names = (node for node in ast.walk(annotation) if isinstance(node, ast.Name | ast.Attribute))
    first = next(names, None)
    name = first.attr if isinstance(first, ast.Attribute) else first.id if first else ""
    return name in _SET_TYPES


def _own(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """The nodes of these statements, in order, without the functions defined among them; classes belong to them."""
    waiting: list[ast.AST] = list(reversed(body))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        yield node
        waiting.extend(reversed(list(ast.iter_child_nodes(node))))


def _followed(node: ast.AST) -> list[ast.expr]:
    """The expressions whose order this node follows."""
    match node:
        case (
            ast.For(iter=each) | ast.AsyncFor(iter=each) | ast.Starred(value=each) | ast.YieldFrom(value=each)
        ):
            return [each]
        case ast.ListComp() | ast.DictComp() | ast.GeneratorExp():
            return [generator.iter for generator in node.generators]
        case ast.Call(func=ast.Name(id=name), args=arguments) if name in _ORDERED:
            return arguments
        case ast.Call(func=ast.Attribute(attr="join" | "extend" | "fromkeys"), args=arguments):
            return arguments
        case ast.Call(func=ast.Attribute(value=value, attr="pop"), args=[]):
            return [value]
    return []


def _orderless(node: ast.AST) -> list[ast.expr]:
    """The arguments of a call whose result does not depend on their order; the parts of a set display."""
    match node:
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in _ORDERLESS:
            return arguments
        case ast.Set(elts=parts):
            return parts
    return []
