"""What the check of written claims shows and leaves out, and what it costs a claim.

    python benchmarks/claim_check.py [FILE ...]

A file holds groups of quotations with their claims, each "right" or with what is wrong with it, as
claims.json does (the default) and tests/claim_cases.json. Printed are the shares of the wrong ones shown and
the right ones left out, and the milliseconds of processor time of a check (all threads).
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index import Document, Index
from index.encoding.language_means import LanguageMeans
from index.encoding.passages import encode
from qa.types import Claim
from qa.writing.alignment import Quotation
from qa.writing.check import Checker, Given
from qa.writing.claims import written_sentences


@dataclass(frozen=True)
class Checked:
    """A claim with what came of it, and the milliseconds of processor time that it took."""

    claim: str
    kind: str
    result: str
    milliseconds: float


def checked(path: Path, checker: Checker, index: Index) -> Iterator[Checked]:
    """Checks the claims of a file."""
    means = LanguageMeans.known(index.encoder)
    for group in json.loads(path.read_text(encoding="utf-8")):
        quotations = group["quotations"]
        encoded = encode(quotations, "passage", index.encoder, means)
        given = {
            number: Quotation(number, text, tokens)
            for number, (text, (_, tokens)) in enumerate(zip(quotations, encoded, strict=True), 1)
        }
        for kind, text in group["claims"]:
            (written,) = written_sentences(text)
            began = time.process_time()
            result = checker.check(written, Given(group["question"], group["language"], given))
            took = 1000 * (time.process_time() - began)
            yield Checked(text, kind, "shown" if isinstance(result, Claim) else result, took)


def main() -> None:
    """Prints faults, shares and times."""
    parser = argparse.ArgumentParser()
    parser.add_argument("files", type=Path, nargs="*", default=[Path(__file__).with_name("claims.json")])
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        index = Index.build([Document("A text.")], folder, show_progress=False)
        checker = Checker(index)
        for path in arguments.files:
            found = list(checked(path, checker, index))
            right = [one for one in found if one.kind == "right"]
            shown = [one for one in found if one.kind != "right" and one.result == "shown"]
            withheld = [one for one in right if one.result != "shown"]
            for one in (*shown, *withheld):
                print(f"{one.kind} and {one.result}: {one.claim}")
            print(f"{path.name}: {len(shown)} of {len(found) - len(right)} wrong ones shown")
            print(f"{path.name}: {len(withheld)} of {len(right)} right ones left out")
            times = [one.milliseconds for one in found]
            middle, most = statistics.median(times), statistics.quantiles(times, n=20)[-1]
            print(f"{middle:.1f} ms of processor time (median), {most:.1f} ms (95th percentile)")


if __name__ == "__main__":
    main()
