// The chat: its language and appearance, asking, copying. Gradio runs this once, when the page is there,
// with `element`, `trigger`, `props`, `server`; what is done with answers is in turns.js and the reading pane in reader.js,
// in the same function.

const root = document.documentElement;
const find = (selector) => document.querySelector(selector);
const language = () => root.dataset.language;
const say = (name) => props.words[language()][name];
const remember = (name, value) => {
  document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=strict`;
};

function speak() {
  root.lang = language();
  root.dir = language() === "ar" ? "rtl" : "ltr";
  document.querySelectorAll("[data-say]").forEach((e) => { e.textContent = say(e.dataset.say); });
  document.querySelectorAll("[data-label]").forEach((e) => e.setAttribute("aria-label", say(e.dataset.label)));
  document.querySelectorAll("[data-title]").forEach((e) => {
    e.title = say(e.dataset.title);
    e.setAttribute("aria-label", e.title);
  });
  find("#question").placeholder = say(find("#question").dataset.placeholder);
  const other = language() === "ar" ? "en" : "ar";
  find("[data-act=language]").textContent = props.words[other].this_language;
  find("[data-act=language]").lang = other;
  const theme = find("[data-act=theme]");
  theme.title = say(`theme_${root.dataset.theme}`);
  theme.setAttribute("aria-label", theme.title);
}

function switchLanguage() {
  root.dataset.language = language() === "ar" ? "en" : "ar";
  remember("dalil-language", language());
  speak();
  reader.renew();
  library.renew();
  show();
}

function switchTheme() {
  root.dataset.theme = {system: "light", light: "dark", dark: "system"}[root.dataset.theme];
  remember("dalil-theme", root.dataset.theme);
  speak();
  announce(say(`theme_${root.dataset.theme}`));
}

// Gradio writes the browser's language there, whenever it has loaded its own words.
new MutationObserver(() => { if (root.lang !== language()) root.lang = language(); })
  .observe(root, {attributeFilter: ["lang"]});

// For readers who listen. Emptied first: the same sentence twice would not be said again.
function announce(text) {
  find("#said").textContent = "";
  requestAnimationFrame(() => { find("#said").textContent = text; });
}

async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Only pages of this machine or over HTTPS have a clipboard; the older way works on all.
    const box = document.createElement("textarea");
    box.value = text;
    button.after(box);
    box.select();
    document.execCommand("copy");
    box.remove();
    button.focus();
  }
  announce(say("copied"));
  button.dataset.done = say("copied");
  setTimeout(() => { delete button.dataset.done; }, 1600);
}

// A table's row is copied as it is written.
function quoteAsText(quote) {
  const cells = [...quote.querySelectorAll("dd")].map((cell) => cell.textContent);
  return cells.length ? cells.join(" | ") : quote.textContent;
}

function answerAsText(turn) {
  const cited = [...turn.querySelectorAll(".cited")].map((one) =>
    `${quoteAsText(one.querySelector(".quote"))} ${one.querySelector(".number").textContent}\n` +
    one.querySelector(".where").textContent);
  return [turn.querySelector(".question")?.textContent, ...cited].filter(Boolean).join("\n\n");
}

// Has the conversation shown as the server has it: soon, and once for all that ask for it meanwhile. Many answers
// that arrive in another order ask for it many times, and a server that has too much to do would be asked again for
// each of its refusals.
const BETWEEN_SHOWS = 250;  // milliseconds
let lastShow = -BETWEEN_SHOWS;
let nextShow = null;
function show() {
  nextShow ??= setTimeout(() => {
    nextShow = null;
    lastShow = performance.now();
    trigger("change", {conversation: turns.key, language: language()});
  }, Math.max(0, lastShow + BETWEEN_SHOWS - performance.now()));
}

const acts = {
  "to-the-question": (_, event) => { event.preventDefault(); find("#question").focus(); },
  language: switchLanguage,
  theme: switchTheme,
  example: (button) => turns.ask({question: button.textContent}),
  alone: (button) => turns.ask({number: turns.number(button)}),
  judge: (button) => turns.judge(button),
  new: () => turns.clear(),
  last: () => turns.back(),
  export: () => turns.export(),
  why: (button) => reader.open(button.closest(".cited, .near").querySelector("a[data-document]"), {view: "why"}),
  "other-view": () => reader.turn(),
  "copy-answer": (button) => copy(answerAsText(button.closest(".turn")), button),
  "copy-quotation": (button) => copy(reader.copied, button),
  previous: () => reader.step(-1),
  next: () => reader.step(1),
  close: () => reader.close(),
  earlier: () => reader.more(-1),
  later: () => reader.more(1),
};

document.addEventListener("click", (event) => {
  const citation = event.target.closest("a[data-document]");
  if (citation) {
    event.preventDefault();
    reader.open(citation, {view: "read"});
    return;
  }
  if (reader.isSheet() && !event.target.closest("#reader")) {
    reader.close();
    return;
  }
  const actor = event.target.closest("[data-act]");
  if (actor) acts[actor.dataset.act]?.(actor, event);
});

find("#composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const box = find("#question");
  turns.ask({question: box.value});
  box.value = "";
  // A focused box opens a touch screen's keyboard, over the answer.
  if (matchMedia("(hover: hover)").matches) box.focus({preventScroll: true});
  else box.blur();
});

find("#question").addEventListener("keydown", (event) => {
  // Enter that ends a word of an input method isn't the end of the question.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  find("#composer").requestSubmit();
});

// A new turn comes into view, and so does its reply; one said in another language stays where it is.
// The conversation isn't there yet: what Gradio puts into the frame comes after this has run.
let seen = "";
let changes = 0;
new MutationObserver(() => {
  const all = document.querySelectorAll(".turn");
  const last = all[all.length - 1];
  find("#welcome").hidden = all.length > 0;
  find("[data-act=new]").hidden = all.length === 0;
  find("[data-act=export]").hidden = find(".turn .actions") === null;
  const state = `${all.length} ${Boolean(last?.querySelector(".searching"))}`;
  if (last && state !== seen && document.activeElement?.closest("#reader") === null) last.scrollIntoView();
  seen = state;
  // Of two questions on their way at once the older state may come last: the server is asked again.
  const now = Number(find("#changes")?.dataset.changes ?? 0);
  if (now < changes) show();
  else if (now > changes && !find(".searching")) turns.keep();
  changes = Math.max(changes, now);
}).observe(element, {childList: true, subtree: true, attributeFilter: ["data-changes"]});
