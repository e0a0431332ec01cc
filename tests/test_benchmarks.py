"""What `make bench` writes: a section made again takes the old one's place, and no other."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import quality
import results


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the results go; two sections that say how often they were made."""
    made = {"One": 0, "Two": 0}

    def section(name: str) -> results.Section:
        def text() -> Iterator[str]:
            made[name] += 1
            yield f"{name} was made {made[name]} times\n# of them all"

        return text

    path = tmp_path / "RESULTS.md"
    monkeypatch.setattr(results, "DESTINATION", path)
    monkeypatch.setattr(results, "ORDER", tuple(made))
    monkeypatch.setattr(quality, "sections", lambda *_: {name: section(name) for name in made})
    return path


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", ["quality.py", "--xquad", "x", "--tydi", "t", *arguments])
    quality.main()


def test_a_section_made_again_takes_its_old_place(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, "--only", "Two")
    assert list(results.read_sections(written.read_text("utf-8"))) == ["Two"]
    run(monkeypatch)
    run(monkeypatch, "--only", "One")
    sections = results.read_sections(written.read_text("utf-8"))
    assert list(sections) == ["One", "Two"]
    assert sections["One"].endswith("One was made 2 times\n# of them all")
    assert sections["Two"].endswith("Two was made 2 times\n# of them all")
    assert sections["One"].startswith("Measured on ")
    assert written.read_text("utf-8").startswith(results.HEADING)


def test_an_unknown_section_is_named_before_anything_is_measured(
    written: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        run(monkeypatch, "--only", "One", "Three")
    assert "no section Three; there are: One; Two" in capsys.readouterr().err
    assert not written.exists()
