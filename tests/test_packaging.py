"""What is handed over: the wheel and its pins, the image, the composition of services, make and the documents."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.audit import report
from tests.architecture.source import PACKAGES, ROOT

HOUSES = {"hub-a": "hub", "hub-b": "hub", "suzhou-a": "suzhou", "suzhou-b": "suzhou"}
WEBS = {"hub-web-a": "hub", "hub-web-b": "hub", "suzhou-web": "suzhou"}
_EXTRAS = ("test", "postgres", "redis", "bench")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """docker-compose.yml, its anchors resolved."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the contents of a wheel, built from what the Dockerfile copies and from nothing else."""
    source, folder = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in copied_into_the_image():
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / name, source / name)
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(source)]
    subprocess.run(build, check=True, capture_output=True, text=True)
    (built,) = folder.glob("luochui-*.whl")
    with zipfile.ZipFile(built) as archive:
        archive.extractall(folder / "contents")
    return folder / "contents"


def copied_into_the_image() -> list[str]:
    """The files and folders that the Dockerfile's first stage copies from the repository."""
    first = (ROOT / "Dockerfile").read_text(encoding="utf-8").rpartition("\nFROM ")[0]
    return [name for line in first.splitlines() if line.startswith("COPY ") for name in line.split()[1:-1]]


def pins() -> dict[str, str]:
    """The pinned versions by canonical name."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in lines)}


def closure(
    name: str, extras: frozenset[str], python: str, seen: set[tuple[str, frozenset[str]]]
) -> set[str]:
    """Every distribution that this one needs on that Python, itself included; one not installed is a leaf."""
    if (name, extras) in seen:
        return set()
    seen.add((name, extras))
    try:
        requires = distribution(name).requires or []
    except PackageNotFoundError:
        requires = []
    there = {"python_version": python.rpartition(".")[0], "python_full_version": python}
    needed: set[str] = {canonicalize_name(name)}
    for need in map(Requirement, requires):
        if need.marker is None or any(need.marker.evaluate({**there, "extra": x}) for x in (*extras, "")):
            needed |= closure(need.name, frozenset(need.extras), python, seen)
    return needed


def test_every_constraint_is_one_exact_version() -> None:
    """No host, path, hash or range in constraints.txt: a name and a version on each line."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.!+]*", line)] == []


@pytest.mark.parametrize("python", ["3.11.0", "3.11.9", "3.12.3", "3.13.1", "3.14.0"])
def test_the_whole_closure_is_pinned(python: str) -> None:
    """Whatever is installed for us on any Python that we serve, extras included, stands in constraints.txt."""
    needed = closure("luochui", frozenset(_EXTRAS), python, set())
    assert {"msgspec", "asyncpg", "redis", "pytest"} <= needed
    assert needed - set(pins()) - {"luochui", "pip"} == set()


def test_what_is_tested_is_what_is_pinned() -> None:
    """The versions installed here are the pinned ones."""
    needed = closure("luochui", frozenset(_EXTRAS), platform.python_version(), set()) - {"luochui", "pip"}
    installed = {name: distribution(name).version for name in sorted(needed)}
    assert installed == {name: pins().get(name) for name in installed}


def test_the_wheel_holds_every_file_of_the_packages(wheel: Path) -> None:
    """Templates, rules, translations, migrations and demo data travel with the code."""
    tracked = subprocess.run(
        ["git", "ls-files", "-z", *PACKAGES], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    expected = {name for name in tracked.split("\0") if name and (ROOT / name).is_file()}
    packed = {path.relative_to(wheel).as_posix() for path in wheel.rglob("*") if path.is_file()}
    assert expected - packed == set()
    assert {f"{package}/py.typed" for package in PACKAGES} <= packed


def test_the_wheel_works_by_itself(wheel: Path, tmp_path: Path) -> None:
    """One lot passes through every stage on the files of the wheel alone, in an empty folder."""
    start = "import sys; sys.path.insert(0, sys.argv.pop(1)); from web.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-P", "-c", start, str(wheel), "demo", "--once", "--json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") > 10


def test_the_command_is_the_web_package_s() -> None:
    """`luochui` is `web.cli:main`, and the licence is the one in the repository."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["scripts"] == {"luochui": "web.cli:main"}
    assert project["license"] == "Apache-2.0"
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_the_composition_has_its_services(compose: dict[str, Any]) -> None:
    """Two servers, two houses of two processes each, their web processes, and the one step before them."""
    assert set(compose["services"]) == {"postgres", "redis", "migrate", *HOUSES, *WEBS}
    assert compose["services"]["postgres"]["image"] == "postgres:16"
    assert compose["services"]["redis"]["image"] == "redis:7"
    for name, house in HOUSES.items():
        assert "--role house --standby" in " ".join(compose["services"][name]["command"])
        assert compose["services"][name]["environment"]["LUOCHUI_HOUSE"] == house
    for name, house in WEBS.items():
        assert "--role web --host 0.0.0.0 --port 8000" in " ".join(compose["services"][name]["command"])
        assert compose["services"][name]["environment"]["LUOCHUI_HOUSE"] == house


def test_each_house_has_a_standby_with_the_same_keys(compose: dict[str, Any]) -> None:
    """The two processes of a house differ in nothing; those of another house have other keys. All of a house know
    the secret by which commands pass a bus that is gone, and the house listens where the others reach it."""
    services = compose["services"]
    assert services["hub-a"] == services["hub-b"]
    assert services["suzhou-a"] == services["suzhou-b"]
    assert services["hub-a"]["volumes"] != services["suzhou-a"]["volumes"]
    for name in (*HOUSES, *WEBS):
        environment = services[name]["environment"]
        assert "HOUSE_SECRET:?" in environment["LUOCHUI_HOUSE_SECRET"], name
        assert environment["LUOCHUI_HOUSE_BIND"] == "0.0.0.0:7100"
    assert list(WEBS.values()).count("hub") == 2


def test_every_service_is_reaped_and_watched(compose: dict[str, Any]) -> None:
    """Each has an init process; each that stays has a health check, ours by /readyz."""
    for name, service in compose["services"].items():
        assert service["init"] is True, name
        if name != "migrate":
            assert service["healthcheck"]["test"], name
            assert service["restart"] == "unless-stopped", name
    for name in WEBS:
        assert "/readyz" in " ".join(compose["services"][name]["healthcheck"]["test"])
    for name in HOUSES:
        assert "/healthz" in " ".join(compose["services"][name]["healthcheck"]["test"]), (
            "a standby is not ready"
        )


def test_the_schema_comes_before_the_house_and_the_house_before_the_web(compose: dict[str, Any]) -> None:
    """Nobody starts on a database that is not up to date."""
    services = compose["services"]
    assert services["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"
    assert services["migrate"]["restart"] == "no"
    for name in (*HOUSES, *WEBS):
        assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    for name in HOUSES:
        assert services[name]["depends_on"]["redis"]["condition"] == "service_healthy"
    for name, house in WEBS.items():
        assert services[name]["depends_on"][f"{house}-a"]["condition"] == "service_healthy"


def test_no_secret_stands_in_the_composition(compose: dict[str, Any]) -> None:
    """Every password comes from the environment and must be there; no URL carries one in clear.

    What has no value in the file is passed on from the environment when it is there.
    """
    values = [
        (f"{name}.{key}", value)
        for name, service in compose["services"].items()
        for key, value in service.get("environment", {}).items()
    ]
    secret = [
        pair
        for pair in values
        if re.search(r"PASSWORD|SECRET|AUTH|DATABASE_URL|REDIS_URL", pair[0]) and pair[1] is not None
    ]
    assert len(secret) >= 7
    for key, value in secret:
        hidden = re.sub(r"\$\{[A-Z_]+:\?[^}]+\}", "", value)
        assert hidden != value, f"{key} does not come from the environment"
        assert re.fullmatch(r"(?:|\w+://\w*:@[\w.]+:\d+/\w+)", hidden), f"{key} carries a secret in clear"


def test_the_house_s_role_cannot_change_the_journal(compose: dict[str, Any]) -> None:
    """The house runs as the role that `migrate --grant` serves; the tables' owner is known to migrate alone."""
    services = compose["services"]
    assert services["migrate"]["command"] == ["migrate", "--grant", "luochui_house"]
    assert "//luochui_owner:" in services["migrate"]["environment"]["LUOCHUI_DATABASE_URL"]
    for name in (*HOUSES, *WEBS):
        assert "//luochui_house:" in services[name]["environment"]["LUOCHUI_DATABASE_URL"]
    assert "CREATE ROLE luochui_house LOGIN" in compose["configs"]["house_role"]["content"]


def test_only_the_web_is_reached_from_outside(compose: dict[str, Any]) -> None:
    """The servers and the house have no port and no network but the inner one."""
    for name, service in compose["services"].items():
        if name not in WEBS:
            assert service["networks"] == ["inside"], name
            assert "ports" not in service, name
    assert compose["networks"]["inside"]["internal"] is True
    ports = [port for name in WEBS for port in compose["services"][name]["ports"]]
    assert ports == [f"127.0.0.1:{port}:8000" for port in (8000, 8001, 8010)]


def test_the_image_runs_luochui_as_nobody_in_particular() -> None:
    """The last stage drops root before its entry point, and installs the pinned versions."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    last = text[text.rindex("\nFROM ") :]
    assert last.index("\nUSER luochui") < last.index('\nENTRYPOINT ["luochui"]')
    assert "-c constraints.txt" in text


def test_what_the_image_copies_is_let_through() -> None:
    """Everything is kept out of the image's context but what its first stage copies."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == set(copied_into_the_image())


def test_ci_runs_the_command_of_the_readme() -> None:
    """What CI proves is what a reader types."""
    run = (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()
    assert "make test" in run
    assert os.access(ROOT / ".ci/run", os.X_OK)
    assert "make test" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_an_old_python_is_named(tmp_path: Path) -> None:
    """On a machine whose Python is too old, make says which it found and which is needed, and leaves nothing."""
    old = tmp_path / "python-old"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.2" && exit 0\nexit 1\n')
    old.chmod(0o755)
    script = tmp_path / "copy/scripts/make_venv.sh"
    script.parent.mkdir(parents=True)
    shutil.copy(ROOT / "scripts/make_venv.sh", script)
    done = subprocess.run(
        ["sh", str(script)],
        env={**os.environ, "PYTHON": str(old)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "Python 3.11 or newer is needed; found Python 3.9.2" in done.stderr
    assert not (tmp_path / "copy/.venv").exists()


def test_the_audit_never_calls_unchecked_clean() -> None:
    """A service that does not answer, or knows nothing, is reported as nothing checked; a fault is a no."""
    skipped = {"name": "a", "skip_reason": "not found"}
    clean = {"name": "b", "version": "1", "vulns": []}
    faulty = {"name": "c", "version": "2", "vulns": [{"id": "CVE-1", "fix_versions": ["3"]}]}
    assert "NOTHING CHECKED" in report([skipped], "")[0][0]
    assert "NOTHING CHECKED" in report([], "no route")[0][0]
    assert report([skipped, clean], "") == (["pip-audit: 1 of 2 pins checked, 0 known faults"], 0)
    lines, status = report([clean, faulty], "")
    assert status == 1
    assert lines[0] == "c 2: CVE-1, mended in 3"


def test_every_decision_is_in_the_index() -> None:
    """docs/adr/README.md names each decision under the title that its file carries."""
    index = (ROOT / "docs/adr/README.md").read_text(encoding="utf-8")
    for path in sorted((ROOT / "docs/adr").glob("[0-9]*.md")):
        title = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
        assert f"[{title}]({path.name})" in index
