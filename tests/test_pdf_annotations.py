"""The values of a filled form in a PDF, and text written onto its pages, stand in their places."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from index.readers.file_types import convert


def made(*objects: bytes) -> bytes:
    """A PDF of these objects, the first of which is its catalogue."""
    body = b"%PDF-1.7\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, rows)
    end = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(body))
    return body + table + end


def stream(attributes: bytes, content: bytes) -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (attributes, len(content), content)


def form(*annotations: bytes, appearance: bytes = b"(Salma Haddad) Tj", rotate: int = 0) -> bytes:
    """A page that says "Name of the tenant:", with annotations, whose appearance may be object 6."""
    own = b" ".join(b"%d 0 R" % (7 + place) for place in range(len(annotations)))
    resources = b"/Resources<</Font<</F 5 0 R>>>>"
    return made(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 600]/Rotate %d%s/Contents 4 0 R/Annots[%s]>>"
        % (rotate, resources, own),
        stream(b"", b"BT /F 12 Tf 50 500 Td (Name of the tenant:) Tj ET"),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        stream(
            b"/Type/XObject/Subtype/Form/BBox[0 0 340 40]" + resources,
            b"/Tx BMC BT /F 24 Tf 4 10 Td %s ET EMC" % appearance,
        ),
        *annotations,
    )


FIELD = b"<</Subtype/Widget/FT/Tx/V(Salma Haddad)/Rect[180 495 350 515]%s>>"
DRAWN = b"/AP<</N 6 0 R>>"


@pytest.mark.parametrize(
    ("annotations", "text"),
    [
        ([FIELD % DRAWN], "Name of the tenant: Salma Haddad"),
        ([FIELD % b""], "Name of the tenant: Salma Haddad"),  # what isn't drawn is in the value
        ([b"<</Subtype/FreeText/Rect[180 495 350 515]%s>>" % DRAWN], "Name of the tenant: Salma Haddad"),
        ([FIELD % (DRAWN + b"/F 2")], "Name of the tenant:"),  # hidden
        ([FIELD % (DRAWN + b"/Ff 8192")], "Name of the tenant:"),  # a password
        ([FIELD % b"/AP 3/Rect 4"], "Name of the tenant:"),  # malformed
        ([b"<</Subtype/Widget/FT/Btn/AS/Yes/Rect[180 495 195 510]>>"], "Name of the tenant: ☒"),
        ([b"<</Subtype/Widget/FT/Btn/AS/Off/Rect[180 495 195 510]>>"], "Name of the tenant: ☐"),
        ([b"<</Subtype/Widget/FT/Btn/Ff 65536/Rect[180 495 195 510]%s>>" % DRAWN], "Name of the tenant:"),
        ([b"<</Subtype/Link/Rect[180 495 350 515]%s>>" % DRAWN], "Name of the tenant:"),
    ],
)
def test_what_is_filled_in_stands_behind_what_asks_for_it(annotations: Sequence[bytes], text: str) -> None:
    assert convert(".pdf", form(*annotations)).text == text


def test_an_arabic_value_that_isnt_drawn_is_read() -> None:
    value = "سلمى حداد".encode("utf-16-be").hex().encode()
    field = b"<</Subtype/Widget/FT/Tx/V<FEFF%s>/Rect[180 460 350 480]>>" % value
    assert "سلمى حداد" in convert(".pdf", form(field)).text


def test_a_value_on_a_page_that_is_turned_stands_in_its_place() -> None:
    text = convert(".pdf", form(FIELD % DRAWN, rotate=90)).text
    assert text == "Name of the tenant: Salma Haddad"
