"""The reader's own documents in a real browser: collections, files of every type, and what goes wrong."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from chatting import (
    PHONE,
    WIDE,
    Asker,
    ask,
    box,
    browser,
    directions,
    opened,
    picture,
    reader,
    replied,
    served,
    shown,
)
from chatting import Library as Texts
from own_documents import (
    SLOW,
    SlowEncoder,
    add,
    address,
    choose,
    create,
    encoder,
    files,
    library,
    page,
    reading,
    serving,
    titles,
)
from playwright.sync_api import Browser, Page, Route, expect
from test_accessible import violations

from qa.article import article
from qa.collections.library import Library
from qa.messages import say
from web.calls.collection_calls import Collections

__all__ = ["address", "browser", "encoder", "files", "library", "page"]  # fixtures
pytestmark = pytest.mark.browser

"""Milliseconds within which the server has read, converted and encoded files, on a busy machine too."""

CASTLE = "بنى الملك الظاهر غازي مدخلها."
WALL = "للمدينة سور قديم."
BRIDGE = "افتُتح الجسر الجديد فوق الفرات يوم الخميس."


def test_files_of_every_type_are_added_and_asked_and_the_others_are_named(page: Page, files: Path) -> None:
    pane = create(page, "كتبي")
    expect(pane.locator(".note")).to_have_text(say("no_documents", "en"))
    outcome = add(page, *sorted(files.iterdir()))

    expect(outcome.locator("p").first).to_have_text("Files added: 6, not added: 5")
    expect(page.locator("#said")).to_have_text("Files added: 6, not added: 5")
    told = dict(
        zip(
            outcome.locator("li strong").all_inner_texts(),
            outcome.locator("li span").all_inner_texts(),
            strict=True,
        )
    )
    (first, second) = sorted(["قلعة حلب.txt", "نسخة.txt"])
    assert told.pop(second).replace("\u2068", "").replace("\u2069", "") == f"{say('duplicate', 'en')} {first}"
    types = told.pop("film.mp4")
    assert outcome.locator(".about bdi").count() == 6
    assert types.startswith("Only \u2066.txt .md .html")
    assert told == {
        "تالف.pdf": say("file_damaged", "en"),
        "locked.docx": say("file_old_word", "en"),
        "long.txt": say("file_too_large", "en"),
    }
    expect(pane.locator(".document")).to_have_count(6)
    rows = dict(zip(titles(page), pane.locator(".documents .about").all_inner_texts(), strict=True))
    assert rows == {
        "The border": "border.md — paragraphs: 2",
        "صفحة النهر": "ليلى — river.html — paragraphs: 1",
        "وصل التقرير إلى المجلس.": "تقرير.docx — paragraphs: 2",
        "جريدة الصباح": "جريدة.pdf — paragraphs: 2",
        Path(first).stem: f"{first} — paragraphs: 2",
        "كتاب الحدود": "مصطفى; Ali — كتاب.epub — paragraphs: 4",
    }
    picture(page, "documents-en-light")
    # It can be asked beside the pane, and a citation opens in its place.
    ask(page, BRIDGE).locator(".number").click()
    expect(shown(page)).to_have_text(BRIDGE)
    expect(pane).to_be_hidden()
    page.keyboard.press("Escape")
    assert ask(page, CASTLE).locator(".quote").inner_text() == CASTLE


def test_a_question_waits_until_it_is_known_which_collection_is_asked(page: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        if '"state"' in (route.request.post_data or ""):
            held.append(route)
        else:
            route.continue_()

    calls = re.compile("component_server")
    page.route(calls, hold)
    page.context.clear_cookies()
    page.reload()
    expect(page.locator("#ask")).not_to_be_empty()
    box(page).fill("الفرات")
    box(page).press("Enter")
    expect(box(page)).to_have_value("")
    assert page.locator(".turn").count() == 0
    assert len(held) == 1
    held[0].continue_()
    page.unroute(calls)
    assert "الفرات" in replied(page, 0).locator(".quote").inner_text()


def test_a_document_is_read_and_removed_and_added_again(page: Page, files: Path, library: Library) -> None:
    pane = create(page, "To read")
    add(page, files / "جريدة.pdf", files / "border.md")
    pane.locator(".document", has_text="جريدة الصباح").click()

    assert reader(page).locator(".paragraph p").all_inner_texts() == [BRIDGE, "حضر الافتتاح وزير النقل."]
    assert directions(reader(page).locator(".paragraph p")) == ["rtl", "rtl"]
    expect(reader(page).locator("h2")).to_be_focused()
    expect(reader(page).get_by_role("button", name="Next quotation")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(pane).to_be_visible()
    expect(pane.locator(".document", has_text="جريدة الصباح")).to_be_focused()
    pane.get_by_role("button", name="Remove: The border").click()
    dialog = page.locator("#asking")
    expect(dialog).to_contain_text("The border")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert len(library.documents("To read")) == 2
    pane.get_by_role("button", name="Remove: The border").click()
    dialog.get_by_role("button", name="Remove").click()
    expect(pane.locator(".document")).to_have_text(["جريدة الصباح"])
    assert [info.source for info in library.documents("To read")] == ["جريدة.pdf"]
    outcome = add(page, files / "جريدة.pdf", files / "border.md", replace=True)
    expect(outcome).to_contain_text(f"جريدة.pdf {say('unchanged', 'en')}")
    expect(pane.locator(".document")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Documents")).to_be_focused()


def test_the_list_stays_filtered_when_documents_go(page: Page, library: Library, tmp_path: Path) -> None:
    for n in range(11):
        (tmp_path / f"{'wall' if n % 4 else 'gate'} {n}.txt").write_text(f"Text {n}.")
    library.create("Many")
    library.add_files("Many", sorted(tmp_path.iterdir()))
    choose(page, "Many")
    page.get_by_role("button", name="Documents").click()
    pane, found = page.locator("#library"), page.locator("#find-document")
    found.fill("gate")
    expect(pane.locator(".document")).to_have_text(["gate 0", "gate 4", "gate 8"])
    pane.get_by_role("button", name="Remove: gate 4").click()
    page.locator("#asking .do").click()
    expect(pane.locator(".document")).to_have_text(["gate 0", "gate 8"])
    # Ten are seen at a glance, but what the list is filtered by has to be seen too.
    expect(found).to_be_visible()
    pane.get_by_role("button", name="Rename").click()
    page.locator("#asking-name").fill("Few")
    page.locator("#asking .do").click()
    expect(pane.locator("h2")).to_have_text("Few")
    expect(pane.locator(".document")).to_have_text(["gate 0", "gate 8"])
    create(page, "Fresh")
    expect(found).to_have_value("")
    choose(page, "Few")
    expect(pane.locator(".document")).to_have_count(10)


def test_collections_are_made_renamed_switched_remembered_and_deleted(
    page: Page, library: Library, tmp_path: Path
) -> None:
    expect(page.locator("#current .name")).to_have_text("Built-in article")
    expect(page.locator("#welcome [data-act=example]").last).to_be_visible()
    turn = ask(page, "الفرات")
    assert turn.locator(".where bdi").first.inner_text() == article().title
    pane = create(page, "One")
    path = tmp_path / "سور.txt"
    path.write_text(f"{WALL}\nله سبعة أبواب.", "utf-8")
    add(page, path)
    page.keyboard.press("Escape")
    assert ask(page, "الفرات").locator(".not-found").inner_text() == say("not_found", "en")
    assert ask(page, WALL).locator(".quote").inner_text() == WALL
    # What was asked of another collection can still be read, and the other way round.
    turn.locator(".number").click()
    expect(reader(page).locator("h2")).to_have_text(article().title)
    choose(page, "Built-in article")
    page.locator(".turn .number").last.click()
    expect(shown(page)).to_have_text(WALL)
    page.keyboard.press("Escape")
    choose(page, "One")
    page.reload()
    expect(page.locator("#current .name")).to_have_text("One")
    expect(page.locator("#welcome [data-act=example]").last).to_be_hidden()
    page.get_by_role("button", name="Documents").click()
    pane.get_by_role("button", name="Rename").click()
    expect(page.locator("#asking-name")).to_have_value("One")
    page.locator("#asking-name").fill("built-in ARTICLE")
    page.locator("#asking-name").press("Enter")
    expect(page.locator("#asking .trouble")).to_have_text(say("name_taken", "en"))
    page.locator("#asking-name").fill("…")
    page.locator("#asking-name").press("Enter")
    expect(page.locator("#asking .trouble")).to_have_text(say("name_invalid", "en", number=100))
    page.locator("#asking-name").fill("قلاع")
    page.locator("#asking-name").press("Enter")
    expect(page.locator("#current .name")).to_have_text("قلاع")
    assert ask(page, WALL).locator(".quote").inner_text() == WALL
    pane.get_by_role("button", name="Delete").click()
    expect(page.locator("#asking")).to_contain_text("قلاع")
    page.locator("#asking .do").click()
    expect(page.locator("#current .name")).to_have_text("Built-in article")
    expect(pane.locator(".documents li")).to_have_count(1)
    expect(pane.locator(".documents [data-act=remove-document]")).to_have_count(0)
    for part in (".add", ".manage"):
        expect(pane.locator(part)).to_be_hidden()
    assert "قلاع" not in [info.name for info in library.collections()]
    page.locator(".turn .number").last.click()
    expect(reader(page).locator(".note")).to_have_text(say("document_gone", "en"))


def test_while_files_are_added_others_ask_and_are_answered(
    page: Page, browser: Browser, address: str, files: Path, encoder: SlowEncoder, tmp_path: Path
) -> None:
    slow = tmp_path / "slow.txt"
    slow.write_text(f"هذا نصّ {SLOW}.\nThe second paragraph.", "utf-8")
    create(page, "Slow")
    encoder.let_go.clear()
    page.locator("#files").set_input_files([slow])
    pane = page.locator("#library")
    expect(pane.locator("progress")).to_have_attribute("max", "2")
    expect(pane.locator(".uploads p").first).to_have_text("Indexed 0 of 2 passages")
    picture(page, "adding-en-light")
    page.keyboard.press("Escape")
    with reading(browser, address, locale="ar") as other:
        # Sees that something is being added, but not what.
        choose(other, "Slow")
        other.get_by_role("button", name="الوثائق").click()
        expect(other.locator("#library .uploads p").first).to_have_text("المقاطع المفهرسة: 0 من 2")
        create(other, "Other")
        other.locator("#files").set_input_files([files / "قلعة حلب.txt"])
        waiting = other.locator("#library .uploads > :visible p").first
        expect(waiting).to_have_text(say("waiting", "ar"))
        for name in ("Slow", "Other"):
            choose(other, name)
            refusal = ask(other, CASTLE).locator(".refusal")
            assert refusal.inner_text() == say("no_documents", "ar")
        choose(other, "المقال المضمَّن")
        ask(other, "الفرات").locator(".number").click()
        expect(shown(other)).to_be_visible()
        for _ in range(8):
            box(page).fill("الفرات")
            box(page).press("Enter")
        expect(page.locator(".refusal")).to_have_count(8)
        encoder.let_go.set()
        choose(other, "Other")
        other.get_by_role("button", name="الوثائق").click()
        expect(other.locator("#library .document")).to_have_text(["قلعة حلب"])
        assert ask(other, CASTLE).locator(".quote").inner_text() == CASTLE
    expect(page.locator("#said")).to_have_text("Files added: 1")
    assert ask(page, SLOW).locator(".quote").inner_text() == f"هذا نصّ {SLOW}."


def test_two_readers_add_to_one_collection_at_once(
    page: Page, browser: Browser, address: str, files: Path, library: Library
) -> None:
    create(page, "Shared")
    with reading(browser, address) as other:
        choose(other, "Shared")
        other.get_by_role("button", name="Documents").click()
        page.locator("#files").set_input_files([files / "border.md", files / "تقرير.docx"])
        other.locator("#files").set_input_files([files / "border.md", files / "قلعة حلب.txt"])
        for reader_ in (page, other):
            expect(reader_.locator("#library .uploads > [data-done]")).to_have_count(1)
            expect(reader_.locator("#library .document")).to_have_count(3)
    sources = sorted(info.source for info in library.documents("Shared"))
    assert sources == ["border.md", "تقرير.docx", "قلعة حلب.txt"]


def test_a_page_that_is_closed_while_it_sends_loses_nothing(
    browser: Browser, address: str, files: Path, library: Library
) -> None:
    with reading(browser, address) as page:
        create(page, "Closed")
        add(page, files / "border.md")
        # The second file of the next two never leaves the page.
        page.evaluate(
            "() => { const send = window.fetch; window.fetch = (url, options) =>"
            " options?.headers?.['X-Number'] === 1 ? new Promise(() => {}) : send(url, options); }"
        )
        with page.expect_response("**/library/upload"):
            page.locator("#files").set_input_files([files / "تقرير.docx", files / "قلعة حلب.txt"])
    with reading(browser, address) as page:
        choose(page, "Closed")
        page.get_by_role("button", name="Documents").click()
        expect(page.locator("#library .document")).to_have_text(["The border", "وصل التقرير إلى المجلس."])
        assert page.locator("#library .uploads").inner_text() == ""
        assert ask(page, "council").locator(".quote").inner_text() == "The council read it."
    assert len(library.documents("Closed")) == 2


def test_after_a_reload_it_goes_on_telling_what_became_of_the_files(
    page: Page, encoder: SlowEncoder, tmp_path: Path
) -> None:
    slow = tmp_path / "slow.txt"
    slow.write_text(f"نصّ {SLOW} آخر.", "utf-8")
    create(page, "Reloaded")
    encoder.let_go.clear()
    film = tmp_path / "x.mp4"
    film.write_bytes(b"x")
    try:
        page.locator("#files").set_input_files([slow, film])
        expect(page.locator("#library progress")).to_have_attribute("max", "1")
        # All of it has left the page.
        indexing = say("encoding", "en", number=0, total=1)
        expect(page.locator("#library .uploads p").first).to_have_text(indexing)
        page.reload()
        expect(page.locator("#current .name")).to_have_text("Reloaded")
        page.get_by_role("button", name="Documents").click()
        # Once: as this tab's files, and not also as those of another one.
        expect(page.locator("#library progress").first).to_be_visible()
        assert page.locator("#library .uploads > div").count() == 1
    finally:
        encoder.let_go.set()  # else the next tests' files would wait behind these
    expect(page.locator("#library .uploads strong").nth(1)).to_have_text("x.mp4")
    page.get_by_role("button", name="العربية").click()
    expect(page.locator("#library .uploads p").first).to_have_text("الملفات المضافة: 1، والتي لم تُضف: 1")


def test_more_of_a_document_is_shown_after_the_collection_was_switched(page: Page, tmp_path: Path) -> None:
    texts = {name: [f"{name} {n}" for n in range(1, 201)] for name in ("First", "Second")}
    for name, paragraphs in texts.items():
        path = tmp_path / f"{name}.txt"
        path.write_text("\n\n".join(paragraphs), "utf-8")
        pane = create(page, name)
        add(page, path)
    choose(page, "First")
    pane.locator(".document").click()
    shown = reader(page).locator(".paragraph p")
    expect(shown.first).to_have_text("First 1")
    number = shown.count()
    assert number < 200
    choose(page, "Second")
    reader(page).locator("[data-act=later]").click()
    expect(shown.nth(number)).to_be_attached()
    assert shown.all_inner_texts() == texts["First"][: shown.count()]
    page.get_by_role("button", name="العربية").click()
    expect(shown).to_have_text(texts["First"][:number])


HOSTILE_NAMES = {
    "<img src=x onerror='window.attacked=1'>.txt": "_img src=x onerror='window.attacked=1'_.txt",
    "safe\u202egnp.exe.txt": "safegnp.exe.txt",
    "${window.attacked=2}{{x}}.txt": "${window.attacked=2}{{x}}.txt",
    '" data-act="theme" x="\'.txt': "_ data-act=_theme_ x=_'.txt",
}
REFUSED_NAMES = ("..\\..\\evil.txt", ".htaccess.txt", "CON.txt", "a\u2028b.txt")
HOSTILE_TEXT = "<script>window.attacked=3</script><img src=x onerror='window.attacked=4'> {} ${{attacked=5}}"


def test_hostile_names_and_documents_are_shown_and_do_nothing(page: Page, library: Library) -> None:
    pane = create(page, "<b onclick='window.attacked=6'>\"hostile\" &amp; ${x}</b>")
    names = [*HOSTILE_NAMES, *REFUSED_NAMES]
    sent = [
        {"name": name, "mimeType": "text/plain", "buffer": HOSTILE_TEXT.format(n).encode()}
        for n, name in enumerate(names)
    ]
    html = (
        "<!doctype html><title>&lt;script&gt;window.attacked=7&lt;/script&gt;\u202e</title>"
        "<script>window.attacked=8</script><p onclick='window.attacked=9'>Text <b>of it</b></p>"
        "<iframe src=http://attack.invalid>"
    )
    sent.append({"name": "page.html", "mimeType": "text/html", "buffer": html.encode()})
    page.locator("#files").set_input_files(sent)  # type: ignore[arg-type]
    expect(pane.locator(".uploads > [data-done]")).to_have_count(1)

    told = pane.locator(".uploads li")
    assert told.locator("span").all_inner_texts() == [say("file_name", "en")] * len(REFUSED_NAMES)
    expect(pane.locator(".document")).to_have_count(len(HOSTILE_NAMES) + 1)
    assert titles(page)[:-1] == [Path(shown).stem for shown in HOSTILE_NAMES.values()]
    assert titles(page)[-1] == "<script>window.attacked=7</script>"
    for link in pane.locator(".document").all():
        link.hover()
    pane.locator(".document").first.click()
    assert reader(page).locator(".paragraph p").inner_text() == HOSTILE_TEXT.format(0)
    page.keyboard.press("Escape")
    for button in pane.locator(".documents [data-act=remove-document]").all():
        button.click()
        page.keyboard.press("Escape")
    page.locator("#current").click()
    page.keyboard.press("Escape")
    assert page.evaluate("window.attacked") is None
    tags = page.evaluate("[...document.querySelectorAll('#library .documents *')].map(e => e.tagName)")
    assert set(tags) <= {"LI", "DIV", "A", "P", "BDI", "BUTTON", "svg", "path"}
    # On disk there are only names that Dalil gave.
    kept = {path.name for path in library.folder.rglob("*")}
    assert not [name for name in kept if "attacked" in name or "evil" in name or "htaccess" in name]


def test_files_that_are_dropped_anywhere_are_added(page: Page) -> None:
    create(page, "Dropped")
    page.keyboard.press("Escape")
    drop = (
        "() => { const data = new DataTransfer();"
        " for (const [name, text] of [['أول.txt', 'النصّ الأول.'], ['two.txt', 'The second text.']])"
        "   data.items.add(new File([text], name)); return data; }"
    )
    page.locator("#composer").dispatch_event("dragover", {"dataTransfer": page.evaluate_handle(drop)})
    expect(page.locator("html")).to_have_attribute("data-dropping", "")
    page.locator("#composer").dispatch_event("drop", {"dataTransfer": page.evaluate_handle(drop)})
    expect(page.locator("#library .document")).to_have_text(["أول", "two"])
    choose(page, "Built-in article")
    page.locator("#composer").dispatch_event("drop", {"dataTransfer": page.evaluate_handle(drop)})
    expect(page.locator("#library .note")).to_have_text(say("built_in_note", "en"))
    expect(page.locator("#library .document")).to_have_count(1)


def test_a_read_only_chat_changes_nothing(browser: Browser, library: Library) -> None:
    library.create("Kept")
    collections = Collections(library, read_only=True)
    with serving(collections) as address, reading(browser, address) as page:
        page.locator("#current").click()
        expect(page.locator("#collections li button").first).to_be_visible()
        expect(page.locator("#collections .new")).to_be_hidden()
        page.keyboard.press("Escape")
        choose(page, "Kept")
        page.get_by_role("button", name="Documents").click()
        expect(page.locator("#library .note")).to_have_text(say("read_only", "en"))
        for part in (".add", ".manage", ".make"):
            expect(page.locator(f"#library {part}")).to_be_hidden()
        expect(page.locator("#bare")).to_be_hidden()
        kept = next(info for info in library.collections() if info.name == "Kept").id
        for act in ("create", "rename", "delete", "remove", "begin", "finish"):
            about: dict[str, Any] = {"name": "x", "document": "x", "files": [], "batch": "x"}
            sent = {"act": act, "collection": kept, "language": "en", **about}
            assert collections.call(sent) == {"error": say("read_only", "en")}
        refused = urllib.request.Request(f"{address}library/upload", b"x", {"Origin": address[:-1]})
        with pytest.raises(urllib.error.HTTPError) as refusal:
            urllib.request.urlopen(refused)
        assert refusal.value.code == 403
        refusal.value.close()


def test_nothing_is_taken_from_who_has_no_page(address: str) -> None:
    for origin, path in (
        ("https://example.org", "library/upload"),
        (address[:-1], "library/upload"),  # it wasn't announced
        (address[:-1], "library/upload/"),
        (address[:-1], "gradio_api/upload"),
    ):
        headers = {"Origin": origin, "X-Batch": "guess", "X-Number": "0"}
        with pytest.raises(urllib.error.HTTPError) as refusal:
            urllib.request.urlopen(urllib.request.Request(f"{address}{path}", b"x", headers))
        assert refusal.value.code == 403
        refusal.value.close()


def test_a_chat_over_one_index_has_no_collections(browser: Browser) -> None:
    with served(Texts({}), Asker({})) as address, opened(browser, address) as page:
        expect(page.locator("#ask")).to_be_visible()
        expect(page.locator("#switcher, #library")).to_have_count(0)


@pytest.mark.parametrize(
    ("size", "locale", "scheme"),
    [(WIDE, "en", "light"), (WIDE, "ar", "dark"), (PHONE, "ar", "light"), (PHONE, "en", "dark")],
    ids=["wide-en-light", "wide-ar-dark", "phone-ar-light", "phone-en-dark"],
)
def test_axe_finds_nothing_serious_in_the_documents_pane(
    browser: Browser, address: str, files: Path, size: tuple[int, int], locale: str, scheme: str
) -> None:
    name = f"{'phone' if size == PHONE else 'wide'}-{locale}-{scheme}"
    found: dict[str, list[str]] = {}
    with reading(
        browser, address, size=size, locale=locale, color_scheme=scheme, reduced_motion="reduce"
    ) as page:

        def look(state: str) -> None:
            found[state] = violations(page)
            picture(page, f"{name}-{state}")
            assert page.evaluate("document.documentElement.scrollWidth") == size[0]

        page.locator("#current").click()
        look("collections")
        page.keyboard.press("Escape")
        page.locator("#switcher [data-act=documents]").click()
        look("built-in-documents")
        page.keyboard.press("Escape")
        page.locator("#current").click()
        page.locator("#collections .new").click()
        look("new-collection")
        page.keyboard.press("Escape")
        pane = create(page, f"مجموعة {name}")
        if size == PHONE:
            expect(pane).to_have_attribute("role", "dialog")
            inert = page.locator("#top, #log, #composer").evaluate_all("all => all.map(e => e.inert)")
            assert inert == [True] * 3
        look("no-documents")
        add(page, files / "قلعة حلب.txt", files / "border.md", files / "تالف.pdf", files / "film.mp4")
        look("documents")
        pane.locator(".documents [data-act=remove-document]").first.click()
        look("remove")
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        expect(pane).to_be_hidden()
    assert list(found.values()) == [[]] * 6


LONG_NAMES = (
    "Salma papers and many letters that came to the house on the hill",
    "أبحاثي في تاريخ المدينة القديمة ورسائل أهلها وأسواقها",
)
SEEN = """name => {
  const text = name.querySelector("bdi").firstChild;
  const box = name.getBoundingClientRect();
  const isSeen = (number) => {
    const range = document.createRange();
    range.setStart(text, number);
    range.setEnd(text, number + 1);
    const letter = range.getBoundingClientRect();
    return letter.left >= box.left - 1 && letter.right <= box.right + 1;
  };
  return [isSeen(0), isSeen(text.length - 1)];
}"""
"""Whether the first and the last letter of a name are in the room that it has."""
FREE_ROOM = """() => {
  const [name, tools] = ["#switcher", "#top > .tools"].map((one) => document.querySelector(one));
  const [one, other] = [name, tools].map((each) => each.getBoundingClientRect());
  return Math.max(other.left - one.right, one.left - other.right);
}"""
"""How wide the room is that is left beside the name and its buttons."""


@pytest.mark.parametrize("locale", ["ar", "en"])
def test_a_long_name_is_cut_at_its_own_end_and_only_where_there_is_no_room(
    browser: Browser, address: str, library: Library, locale: str
) -> None:
    for new in {*LONG_NAMES, "Brief"} - {info.name for info in library.collections()}:
        library.create(new)
    for size in (PHONE, WIDE):
        with reading(browser, address, size=size, locale=locale) as page:
            name = page.locator("#current .name")
            for chosen in LONG_NAMES:
                choose(page, chosen)
                if size == WIDE:
                    assert name.evaluate(SEEN) == [True, True]
                    page.locator("#switcher [data-act=documents]").click()
                assert name.evaluate(SEEN) == [True, False]
                assert 0 <= page.evaluate(FREE_ROOM) < 20
                assert page.evaluate("document.documentElement.scrollWidth") == size[0]
                picture(page, f"name-{locale}-{size[0]}-{LONG_NAMES.index(chosen)}")
                page.keyboard.press("Escape")
            choose(page, "Brief")
            assert name.evaluate(SEEN) == [True, True]
