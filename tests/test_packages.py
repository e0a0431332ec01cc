"""The wheel and the source distribution: all that belongs to them, installed into an empty environment."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest
from conftest import REPOSITORY

pytestmark = pytest.mark.slow
PACKAGES = ("cli", "index", "qa", "seeds", "web")


def built(folder: Path, source: Path) -> tuple[Path, Path]:
    """The wheel and the source distribution made of a copy of the sources."""
    for kind in ("wheel", "sdist"):
        script = f"import setuptools.build_meta as backend, sys; backend.build_{kind}(sys.argv[1])"
        command = [sys.executable, "-c", script, str(folder)]
        subprocess.run(command, cwd=source, capture_output=True, check=True)
    return next(folder.glob("*.whl")), next(folder.glob("*.tar.gz"))


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    source, folder = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("packages")
    files = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=REPOSITORY,
        capture_output=True,
        check=True,
    ).stdout.decode()
    for name in files.split("\0"):
        if name and (REPOSITORY / name).is_file():
            copy = source / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes((REPOSITORY / name).read_bytes())
    return built(folder, source)


def of_packages() -> set[str]:
    """What has to be installed: every file of the packages."""
    files = {"ui.py"}
    for package in PACKAGES:
        files |= {
            path.relative_to(REPOSITORY).as_posix()
            for path in (REPOSITORY / package).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
    return files


def test_the_wheel_has_every_file_of_the_packages_and_nothing_else(packages: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(packages[0]) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert names == of_packages()


def test_the_source_distribution_has_them_too(packages: tuple[Path, Path], tmp_path: Path) -> None:
    with tarfile.open(packages[1]) as sdist:
        root = sdist.getnames()[0].split("/")[0]
        names = {name.partition("/")[2] for name in sdist.getnames()}
        sdist.extractall(tmp_path, filter="data")
    assert of_packages() | {"pyproject.toml", "README.md", "LICENSE"} <= names
    # And a wheel made of it is the same.
    folder = tmp_path / "again"
    folder.mkdir()
    wheel, _ = built(folder, tmp_path / root)
    with zipfile.ZipFile(wheel) as again, zipfile.ZipFile(packages[0]) as first:
        assert set(again.namelist()) == set(first.namelist())


def test_the_wheel_installs_into_an_empty_environment(packages: tuple[Path, Path], tmp_path: Path) -> None:
    """Its dependencies come from this environment: by their path alone, without what is installed to edit."""
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=False)
    python = environment / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    subprocess.run([*install, "--no-deps", "--no-index", str(packages[0])], check=True)
    site = next(path for path in sys.path if path.endswith("site-packages"))
    surrounding = {**os.environ, "PYTHONPATH": site, "PYTHONDONTWRITEBYTECODE": "1"}

    def run(*command: str) -> str:
        done = subprocess.run(
            command, cwd=tmp_path, env=surrounding, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    # The modules are those of the wheel, and what they read lies beside them.
    script = (
        "import index, qa, seeds, ui, web; from web.views import layout, scripts, login; "
        "from qa.article import article; "
        "layout.words(); layout.asset('frame.html'); layout.asset('chat.css'); login.login_page(); "
        "print(len(scripts.modules()), article().title != ''); "
        "print(*(module.__file__ for module in (index, qa, seeds, ui, web)), sep='\\n')"
    )
    first, *files = run(str(python), "-c", script).split("\n")[:-1]
    assert first == f"{len(list((REPOSITORY / 'web/static/js').rglob('*.js')))} True"
    assert len(files) == 5
    assert all(Path(file).is_relative_to(environment) for file in files)
    assert run(str(environment / "bin" / "dalil"), "--version").startswith("dalil 0.")
