// The reading pane: a document beside the chat, at what an answer quotes from it.

const reader = {
  pane: find("#reader"),
  narrow: matchMedia("(max-width: 56rem)"),
  behind: ["#skip", "#top", "#welcome", "#log", "#composer"],
  name: null,  // id of the link that is shown
  wished: null,  // what was asked for through it: another link may have its id later
  view: "read",  // or "why": which of the server's functions shows it
  wanted: null,  // {wish, view, focus} that the server was asked for last and that isn't shown yet
  extended: 0,  // counts what changes the shown range: an answer to an older request for more is dropped
  copied: "",
  first: 0,
  last: 0,

  part: (selector) => find(`#reader ${selector}`),
  // What the keys lead through: from a quotation the quotations, from a passage near a question those passages.
  links: (link) => [...document.querySelectorAll(link?.matches(".place") ? "#log a.place" : "#log a.number")],

  wish(link) {
    const turn = link.closest(".turn");
    if (!turn) return {name: link.id, document: link.dataset.document, marks: []};
    // A title, an author or a date has no place in the text: its document is opened as a whole.
    if (!link.dataset.check) return {name: link.id, document: link.dataset.document, marks: []};
    const near = [...turn.querySelectorAll("a[data-check]")];
    const same = near.filter((other) => other !== link && other.dataset.document === link.dataset.document);
    const quoted = link.classList.contains("number");
    // Of the other passages that are near to a question only the one that is shown is marked.
    const marks = [link, ...(quoted ? same : [])].map((one) => ({
      name: one.id, start: Number(one.dataset.start), end: Number(one.dataset.end),
      check: one.dataset.check, quoted,
      ...(one.dataset.answerStart && {answer_start: Number(one.dataset.answerStart), answer_end: Number(one.dataset.answerEnd)}),
    }));
    return {name: link.id, document: link.dataset.document, marks};
  },

  // The link that was opened; none if it has gone, or if another has its id by now.
  link(wish = this.wished) {
    const link = document.getElementById(wish.name);
    if (link?.dataset.document !== wish.document) return null;
    return link.dataset.check === wish.marks[0]?.check ? link : null;
  },

  // Open, or about to be: keys pressed before the server has answered count too.
  isOpen() {
    return this.name !== null || this.wanted !== null;
  },

  // What a key or a button starts from: what was asked for last, not what is still shown.
  current() {
    return this.wanted ?? {wish: this.wished, view: this.view};
  },

  open(link, options) {
    return this.fetch(this.wish(link), options);
  },

  async fetch(wish, {focus = true, view: which = this.current().view} = {}) {
    // Why a passage was found is only known of what the conversation still shows.
    if (which === "why" && !this.link(wish)) return;
    // A change of language doesn't take the focus, but leaves it to what was on its way.
    const wanted = {wish, view: which, focus: focus || Boolean(this.wanted?.focus)};
    this.wanted = wanted;
    const view = await turns.tell(which, wish);
    // By now something else was asked for, or the pane was closed.
    if (this.wanted !== wanted) return;
    this.wanted = null;
    if (!view) return;
    this.extended++;
    const wasOpen = this.name !== null;
    this.name = wish.name;
    this.wished = wish;
    this.view = which;
    for (const part of [this.pane, this.part(".scroll")]) {
      part.dataset.label = which === "why" ? "why" : "reader";
      part.setAttribute("aria-label", say(part.dataset.label));
    }
    this.copied = view.copied;
    this.part(".heading").innerHTML = view.heading;
    this.part(".note").innerHTML = view.note;
    this.part(".text").innerHTML = view.paragraphs;
    this.range(view.first, view.last, view.total);
    this.part("[data-act=copy-quotation]").hidden = !view.copied;
    this.part("[data-act=other-view]").textContent = say(which === "why" ? "reader" : "why");
    const link = this.link();
    const links = this.links(link);
    const place = links.indexOf(link);
    this.part(".place").textContent = `${place + 1} / ${links.length}`;
    this.part("[data-act=previous]").disabled = place <= 0;
    this.part("[data-act=next]").disabled = place === links.length - 1;
    if (!wasOpen) this.show();
    this.point();
    if (!this.isSheet()) link?.scrollIntoView({block: "nearest", behavior: "instant"});
    const mark = this.mark();
    const target = mark ?? this.part("h2") ?? this.part("[data-act=close]");
    if (mark) mark.scrollIntoView({block: "center", inline: "nearest", behavior: "instant"});
    else this.part(".scroll").scrollTop = 0;
    if (wanted.focus) target.focus({preventScroll: true});
  },

  // The document, or why the passage was found: the other one of them.
  turn() {
    const {wish, view} = this.current();
    this.fetch(wish, {view: view === "why" ? "read" : "why"});
  },

  isSheet() {
    return this.narrow.matches && this.name !== null;
  },

  mark() {
    return this.part(`.text mark[data-cite="${this.name}"]`);
  },

  // Shows which link and which mark belong together.
  point() {
    document.querySelectorAll("[data-shown]").forEach((one) => delete one.dataset.shown);
    if (this.name === null) return;
    const link = this.link();
    if (link) link.dataset.shown = "";
    // Else it was opened from the list of documents, or the answer has gone.
    const cited = link?.closest("#log");
    this.pane.querySelectorAll("[data-act=previous], [data-act=next], [data-act=other-view], .place").forEach((e) => { e.hidden = !cited; });
    this.pane.querySelectorAll(`mark[data-cite="${this.name}"]`).forEach((one) => { one.dataset.shown = ""; });
  },

  range(first, last, total) {
    this.first = first;
    this.last = last;
    this.part("[data-act=earlier]").hidden = first === 0;
    this.part("[data-act=later]").hidden = last >= total;
  },

  async more(way) {
    const [first, last] = way < 0
      ? [Math.max(this.first - props.more, 0), this.first] : [this.last, this.last + props.more];
    const number = ++this.extended;
    const view = await turns.tell(this.view, {...this.wished, first, last});
    if (!view || number !== this.extended) return;
    const scroll = this.part(".scroll");
    const [height, top] = [scroll.scrollHeight, scroll.scrollTop];
    const text = this.part(".text");
    const known = text.childElementCount;
    text.insertAdjacentHTML(way < 0 ? "afterbegin" : "beforeend", view.paragraphs);
    this.range(way < 0 ? view.first : this.first, way < 0 ? this.last : view.last, view.total);
    // What was being read stays where it was.
    if (way < 0) scroll.scrollTop = top + scroll.scrollHeight - height;
    this.point();
    const next = way < 0 ? text.children[text.childElementCount - known - 1] : text.children[known];
    next?.setAttribute("tabindex", "-1");
    next?.focus({preventScroll: true});
  },

  step(way) {
    const link = this.link(this.current().wish);
    const links = this.links(link);
    const next = links[links.indexOf(link) + way];
    if (next) this.open(next);
  },

  // In another language; or what it shows has gone from the conversation.
  renew() {
    if (this.isOpen()) this.fetch(this.current().wish, {focus: false});
  },

  show() {
    library.hide();
    this.pane.hidden = false;
    root.dataset.reading = "";
    this.fit();
  },

  // A sheet over the chat where there is no room beside it: then nothing behind it can be reached.
  fit(pane = this.pane) {
    const sheet = this.narrow.matches && !pane.hidden;
    this.behind.forEach((selector) => find(selector)?.toggleAttribute("inert", sheet));
    pane.setAttribute("role", sheet ? "dialog" : "complementary");
    pane.toggleAttribute("aria-modal", sheet);
    if (sheet) pane.setAttribute("aria-modal", "true");
  },

  close() {
    const wish = this.current().wish;
    this.wanted = null;
    this.extended++;
    if (this.name === null) return;
    const link = this.link(wish);
    this.name = null;
    this.pane.hidden = true;
    delete root.dataset.reading;
    this.point();
    this.fit();
    if (link?.closest("#library")) library.show();
    const opener = this.view === "why" ? link?.closest(".cited, .near").querySelector("[data-act=why]") : link;
    (opener ?? find("#question")).focus({preventScroll: true});
    link?.scrollIntoView({block: "nearest"});
  },
};

reader.narrow.addEventListener("change", () => reader.fit(library.isOpen() ? library.pane : reader.pane));

document.addEventListener("keydown", (event) => {
  if (!reader.isOpen() || event.isComposing || find("dialog[open], :popover-open")) return;
  if (event.key === "Escape") {
    event.preventDefault();
    reader.close();
  }
  // In a text field these keys are the field's own.
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (typing || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const way = {ArrowUp: -1, ArrowDown: 1}[event.key];
  if (!way) return;
  event.preventDefault();
  reader.step(way);
});

// Gradio sets the attributes of the conversation's elements anew with every answer.
new MutationObserver(() => { if (reader.name !== null) reader.point(); })
  .observe(element, {childList: true, subtree: true});

speak();
// What is typed before this has run would be lost.
find("#question").disabled = false;
if (matchMedia("(hover: hover)").matches) find("#question").focus({preventScroll: true});
