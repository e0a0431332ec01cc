// The reading pane: a document beside the chat, at what an answer quotes from it; the picture of one of its pages;
// or why a passage was found.

import {copy} from "../page/clipboard.js";
import {find} from "../page/dom.js";

const QUOTED = ".cited, .near, li"; // what a link stands in: a quotation, a passage, one of the list of documents
const MAX_MARKS = 100; // as of `web.page_calls.Read`

// The conversation's links that the keys lead through: from a quotation the quotations, from a passage near a
// question those passages.
const linksLike = (link) => [
  ...document.querySelectorAll(link?.matches(".place") ? "#log a.place" : "#log a.number"),
];

// A place in a document, with the answer within it if it is known.
function markOf(link, quoted) {
  const {start, end, check, answerStart, answerEnd} = link.dataset;
  const answer = answerStart && {answer_start: Number(answerStart), answer_end: Number(answerEnd)};
  return {name: link.id, start: Number(start), end: Number(end), check, quoted, ...answer};
}

// What is asked of the server for a link: its document, and what is to be marked in it, the link's own place first.
function requestOf(link) {
  const turn = link.closest(".turn");
  const request = {name: link.id, document: link.dataset.document, marks: []};
  // A title, an author or a date has no place in the text: its document is opened as a whole.
  if (!turn || !link.dataset.check) return request;
  const quoted = link.classList.contains("number");
  const others = [...turn.querySelectorAll("a[data-check]")].filter(
    (other) => other !== link && other.dataset.document === link.dataset.document,
  );
  // Of the other passages that are near to a question only the one that is shown is marked.
  const marks = [link, ...(quoted ? others : [])].map((one) => markOf(one, quoted));
  return {...request, marks};
}

// The link that a request was made of; none if it has gone, or if another has its id by now.
function linkOf(request) {
  const link = document.getElementById(request.name);
  if (link?.dataset.document !== request.document) return null;
  return link.dataset.check === request.marks[0]?.check ? link : null;
}

export class Reader {
  #server;
  #language;
  #side;
  #paragraphs; // how many are added at an end at a time
  #pane = find("#reader");
  #shown = null; // the request that is shown
  #view = "read"; // or "why" or "picture": which of the server's functions shows it
  #sheet = 0; // the page of the document that is shown or that the quotation begins on
  #opened = null; // the request of the link that it was opened by
  #wanted = null; // {request, view, focus} that the server was asked for last and that isn't shown yet
  #extended = 0; // counts what changes the shown range: an answer to an older request for more is dropped
  #found = []; // the marks of what was found in the document
  #heading = ""; // the heading that was gone to since; then what it was opened at is out of sight
  #copied = "";
  opened = () => {}; // told when another document is shown
  #first = 0;
  #last = 0;

  // What its buttons do, and "why" beside a quotation.
  acts = {
    why: (button) => {
      const link = button.closest(".cited, .near").querySelector("a[data-document]");
      this.open(link, {view: "why"});
    },
    "other-view": () => this.#turn(),
    picture: (button) => this.#showPage(button),
    "page-before": () => this.#turnPage(-1),
    "page-after": () => this.#turnPage(1),
    zoom: () => this.#zoom(),
    "copy-quotation": (button) => copy(this.#copied, button, this.#language),
    previous: () => this.#step(-1),
    next: () => this.#step(1),
    close: () => this.close(),
    earlier: () => this.#more(-1),
    later: () => this.#more(1),
  };

  constructor({element, server, language, side, paragraphs}) {
    this.#server = server;
    this.#language = language;
    this.#side = side;
    this.#paragraphs = paragraphs;
    document.addEventListener("keydown", (event) => this.#press(event));
    // Gradio sets the attributes of the conversation's elements anew with every answer.
    const watched = {childList: true, subtree: true};
    new MutationObserver(() => {
      if (this.#shown) this.#point();
    }).observe(element, watched);
  }

  // Open, or about to be: keys pressed before the server has answered count too.
  get isOpen() {
    return this.#shown !== null || this.#wanted !== null;
  }

  get isSheet() {
    return this.#side.isSheet(this.#pane);
  }

  // The id of the document that is shown.
  get document() {
    return this.#current.request?.document;
  }

  // The heading that was gone to; empty if something else has been opened since.
  get heading() {
    return this.#heading;
  }

  // Shows one of the places of a text that was found in the document, the first of its marks.
  showFound(name, marks) {
    this.#found = marks;
    return this.#fetch({name, document: this.document, marks}, {focus: false, view: "read"});
  }

  // Shows the document from a heading on, which is one of its pieces.
  async goTo(first, name) {
    const request = this.#marked(this.#current.request);
    const content = await this.#server.tell("read", {...request, first, last: first + this.#paragraphs});
    if (!content) return;
    this.#extended++;
    this.#heading = name;
    this.#part(".text").innerHTML = content.paragraphs;
    this.#range(content.first, content.last, content.total);
    this.#part(".scroll").scrollTop = 0;
    this.#part(".outline").open = false;
    this.#part("[data-act=copy-quotation]").hidden = true;
    this.#place(this.#linkOf(request));
    this.#point();
    const heading = this.#part(".text :is(h3, h4, h5, h6)");
    heading?.setAttribute("tabindex", "-1");
    heading?.focus({preventScroll: true});
  }

  // Opens a link's document, or why its passage was found (`view` is then "why").
  open(link, options) {
    this.#opened = requestOf(link);
    return this.#fetch(this.#opened, options);
  }

  // From what was found in the document to what it was opened at.
  back() {
    this.#found = [];
    const opened = this.#opened;
    if (!this.isOpen || opened?.document !== this.document || opened.name === this.#current.request.name)
      return;
    this.#fetch(opened, {focus: false, view: "read"});
  }

  close() {
    const request = this.#current.request;
    this.#wanted = null;
    this.#extended++;
    if (!this.#shown) return;
    const link = this.#linkOf(request);
    this.#shown = null;
    this.#side.hide(this.#pane);
    this.#point();
    // Back to the list of documents, if it was opened from there.
    const list = link?.closest("#library");
    if (list) this.#side.show(list);
    const button =
      this.#view !== "read" && link?.closest(".cited, .near")?.querySelector(`[data-act=${this.#view}]`);
    (button || link || find("#question")).focus({preventScroll: true});
    link?.closest(QUOTED)?.scrollIntoView({block: "nearest"});
  }

  // In another language; or what it shows has gone from the conversation.
  renew() {
    if (this.isOpen) this.#fetch(this.#current.request, {focus: false});
  }

  // What a key or a button starts from: what was asked for last, not what is still shown.
  get #current() {
    return this.#wanted ?? {request: this.#shown, view: this.#view};
  }

  // The conversation's link that a request was made of, or that its document was opened by.
  #linkOf(request) {
    const opened = this.#opened?.document === request.document ? this.#opened : null;
    return linkOf(request) ?? (opened && linkOf(opened));
  }

  // A request with all marks: beside its own those of what was found, or else of what the document was opened at.
  #marked(request) {
    if (!request.marks) return request;
    const opened = this.#opened?.document === request.document ? this.#opened.marks : [];
    const names = request.marks.map(({name}) => name);
    const found = this.#shown?.document === request.document ? this.#found : [];
    const others = [...found, ...opened].filter(({name}) => !names.includes(name));
    return {...request, marks: [...request.marks, ...others].slice(0, MAX_MARKS)};
  }

  #part(selector) {
    return this.#pane.querySelector(selector);
  }

  async #fetch(request, {focus = true, view = this.#current.view} = {}) {
    // Why a passage was found is only known of what the conversation still shows.
    if (view === "why" && !linkOf(request)) return;
    // A change of language doesn't take the focus, but leaves it to what was on its way.
    const wanted = {request, view, focus: focus || Boolean(this.#wanted?.focus)};
    this.#wanted = wanted;
    const content = await this.#server.tell(view, view === "read" ? this.#marked(request) : request);
    // By now something else was asked for, or the pane was closed.
    if (this.#wanted !== wanted) return;
    this.#wanted = null;
    if (content) this.#apply(wanted, content);
  }

  #apply({request, view, focus}, content) {
    this.#extended++;
    if (this.#shown?.document !== request.document) {
      this.#found = [];
      this.opened();
    }
    this.#shown = request;
    this.#heading = "";
    this.#view = view;
    this.#put(content);
    const link = this.#linkOf(request);
    this.#place(link);
    if (!this.#side.shows(this.#pane)) this.#side.show(this.#pane);
    this.#point();
    if (!this.isSheet) link?.closest(QUOTED)?.scrollIntoView({block: "nearest", behavior: "instant"});
    const mark = this.#part(`.text mark[data-cite="${request.name}"]`);
    const place = mark ?? this.#part(".page-picture .box");
    if (place) place.scrollIntoView({block: "center", inline: "nearest", behavior: "instant"});
    else {
      this.#part(".scroll").scrollTop = 0;
      this.#showQuoted();
    }
    const target = mark ?? this.#part("h2") ?? this.#part("[data-act=close]");
    if (focus) target.focus({preventScroll: true});
  }

  // A long passage lies in a box of its own: it begins at what was quoted from it.
  #showQuoted() {
    const quoted = this.#part(".why-quoted");
    if (!quoted) return;
    const passage = quoted.closest(".why-passage");
    const below = quoted.getBoundingClientRect().top - passage.getBoundingClientRect().top;
    passage.scrollTop = below - passage.clientHeight / 4;
  }

  // What the server has made of a document, or of the reasons.
  #put(content) {
    const [isText, isPage] = [this.#view === "read", this.#view === "picture"];
    for (const part of [this.#pane, this.#part(".scroll")]) {
      part.dataset.label = {why: "why", picture: "page_view"}[this.#view] ?? "reader";
      part.setAttribute("aria-label", this.#language.say(part.dataset.label));
    }
    this.#copied = content.copied;
    this.#part(".heading").innerHTML = content.heading;
    this.#part(".note").innerHTML = content.note;
    this.#part(".text").innerHTML = content.paragraphs;
    this.#sheet = content.sheet;
    this.#part(".tools").hidden = !isText;
    this.#part(".sheets").hidden = !content.sheets;
    this.#part(".sheets span").textContent = content.sheet_place;
    this.#part("[data-act=page-before]").disabled = content.sheet <= 1;
    this.#part("[data-act=page-after]").disabled = content.sheet >= content.sheets;
    this.#part(".foot [data-act=picture]").hidden = isPage || !content.sheet;
    this.#part(".outline ul").innerHTML = content.outline;
    this.#part(".outline").hidden = !content.outline;
    this.#part("[data-act=ask-about]").hidden = !isText;
    this.#range(content.first, content.last, content.total);
    this.#part("[data-act=copy-quotation]").hidden = !content.copied;
    this.#part("[data-act=other-view]").textContent = this.#language.say(isText ? "why" : "reader");
  }

  // Which of the conversation's links it is. From a heading it is the one before: what was left for it.
  #place(link) {
    const links = linksLike(link);
    const place = links.indexOf(link);
    this.#part(".place").textContent = `${this.#heading ? "–" : place + 1} / ${links.length}`;
    this.#part("[data-act=previous]").disabled = place <= 0 && !this.#heading;
    this.#part("[data-act=next]").disabled = place === links.length - 1;
  }

  // The document, or why the passage was found, or the picture of a page: the text from the others.
  #turn() {
    const {request, view} = this.#current;
    // Of what was found, why what it stands beside was.
    const own = linkOf(request) || !this.#linkOf(request) ? request : this.#opened;
    this.#fetch(own, {view: view === "read" ? "why" : "read"});
  }

  // The picture of a page: of the one that a button names, else of the one that the quotation begins on.
  #showPage(button) {
    const link = button.closest(".cited")?.querySelector("a[data-document]");
    const request = link ? requestOf(link) : this.#current.request;
    const page = Number(button.dataset.page) || (link ? null : this.#sheet);
    this.#fetch({...request, page}, {view: "picture"});
  }

  // The page before (-1) or after (1) the one that is shown.
  #turnPage(way) {
    const {request} = this.#current;
    this.#fetch({...request, page: (request.page ?? this.#sheet) + way}, {view: "picture", focus: false});
  }

  #zoom() {
    const button = this.#part("[data-act=zoom]");
    const isLarge = this.#pane.classList.toggle("zoomed");
    button.setAttribute("aria-pressed", isLarge);
    this.#part(".box")?.scrollIntoView({block: "center", inline: "center", behavior: "instant"});
  }

  // Shows which link and which mark belong together.
  #point() {
    for (const one of document.querySelectorAll("[data-shown]")) delete one.dataset.shown;
    for (const one of document.querySelectorAll("[data-opened]")) delete one.dataset.opened;
    if (!this.#shown) return;
    const link = this.#linkOf(this.#shown);
    if (link) link.dataset.shown = "";
    // Else it was opened from the list of documents, or the answer has gone.
    const isCited = Boolean(link?.closest("#log"));
    const ofLinks = "[data-act=previous], [data-act=next], [data-act=other-view], .place";
    for (const one of this.#pane.querySelectorAll(ofLinks)) one.hidden = !isCited;
    if (this.#view === "picture") this.#part("[data-act=other-view]").hidden = false;
    const marks = this.#pane.querySelectorAll(`mark[data-cite="${this.#shown.name}"]`);
    for (const one of marks) one.dataset.shown = "";
    if (!link) return;
    for (const one of this.#pane.querySelectorAll(`mark[data-cite="${link.id}"]`)) one.dataset.opened = "";
  }

  // The paragraphs that are shown: from `first` to before `last`.
  #range(first, last, total) {
    this.#first = first;
    this.#last = last;
    this.#part("[data-act=earlier]").hidden = first === 0;
    this.#part("[data-act=later]").hidden = last >= total;
  }

  // Paragraphs before (-1) or after (1) those that are shown.
  async #more(way) {
    const isBefore = way < 0;
    const [first, last] = isBefore
      ? [Math.max(this.#first - this.#paragraphs, 0), this.#first]
      : [this.#last, this.#last + this.#paragraphs];
    const number = ++this.#extended;
    const content = await this.#server.tell(this.#view, {...this.#marked(this.#shown), first, last});
    if (!content || number !== this.#extended) return;
    const scroll = this.#part(".scroll");
    const [height, top] = [scroll.scrollHeight, scroll.scrollTop];
    const text = this.#part(".text");
    const known = text.childElementCount;
    text.insertAdjacentHTML(isBefore ? "afterbegin" : "beforeend", content.paragraphs);
    if (isBefore) this.#range(content.first, this.#last, content.total);
    else this.#range(this.#first, content.last, content.total);
    // What was being read stays where it was.
    if (isBefore) scroll.scrollTop = top + scroll.scrollHeight - height;
    this.#point();
    const next = text.children[isBefore ? text.childElementCount - known - 1 : known];
    next?.setAttribute("tabindex", "-1");
    next?.focus({preventScroll: true});
  }

  // The conversation's link before (-1) or after (1) this one.
  #step(way) {
    const link = this.#linkOf(this.#current.request);
    const links = linksLike(link);
    const next = this.#heading && way < 0 ? link : links[links.indexOf(link) + way];
    if (!next) return;
    // A title, an author or a date isn't on a page, nor is what was read from other files.
    const hasPage = next.closest(".cited")?.querySelector("[data-act=picture]");
    this.open(next, this.#current.view === "picture" && !hasPage ? {view: "read"} : {});
  }

  #press(event) {
    if (!this.isOpen || event.isComposing || find("dialog[open], :popover-open")) return;
    if (event.key === "Escape") {
      event.preventDefault();
      this.close();
    }
    // In a text field these keys are the field's own.
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (typing || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const way = {ArrowUp: -1, ArrowDown: 1}[event.key];
    if (!way) return;
    event.preventDefault();
    this.#step(way);
  }
}
