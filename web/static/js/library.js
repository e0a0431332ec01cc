// The reader's own documents: the collections in the head, the pane that lists what is in one, files on their
// way. Where the chat asks one index there is none of it: then only `current`, `renew` and `hide` are used.

const library = {
  on: Boolean(props.library),
  pane: find("#library"),
  current: "",  // the collection's id that this page shows and asks
  state: null,
  cookie: "dalil-collection",
  place: "dalil-arrivals",  // where this tab keeps which files it sent
  listed: 0,
  asked: 0,
  ready: null,  // when it is known which collection is shown: a cookie may name one that was deleted

  part: (selector) => find(`#library ${selector}`),
  isOpen: () => library.on && !library.pane.hidden,

  async call(act, more = {}) {
    const answer = await server.library({act, collection: this.current, language: language(), ...more});
    if (answer) return answer;
    // It doesn't respond, of which Gradio makes undefined.
    announce(say("out_of_reach"));
    return {error: say("out_of_reach")};
  },

  async load(more = {}) {
    const number = ++this.asked;
    const state = await this.call("state", more);
    if (!state.error && number === this.asked) this.apply(state, more.first > 0);
  },

  // What is shown already isn't made anew: it may be about to be clicked.
  put(place, content) {
    if (place.shown === content) return;
    place.shown = content;
    place.innerHTML = content;
  },

  apply(state, appended = false) {
    this.asked++;  // what was asked for before and comes later is dropped
    this.state = state;
    this.current = state.collection;
    remember(this.cookie, this.current);
    this.put(find("#current .name"), state.name);
    this.put(find("#collections ul"), state.menu);
    this.put(this.part("h2"), state.name);
    this.put(this.part(".note"), state.note);
    const documents = this.part(".documents");
    this.put(documents, appended ? documents.shown + state.documents : state.documents);
    this.listed = state.last;
    this.part(".more").hidden = state.last >= state.total;
    this.part(".add").hidden = !state.changeable;
    find("#collections .new").hidden = props.read_only;
    this.part(".make").hidden = !state.built_in || props.read_only;
    this.part(".manage").hidden = !state.own;
    this.part("[data-act=rename-collection]").hidden = !state.changeable;
    find("#welcome").dataset.collection = state.built_in ? "built-in" : "own";
    find("#bare").hidden = !state.changeable || state.total > 0;
    this.part(".arrivals").querySelectorAll(":scope > div").forEach((e) => { e.hidden = e.dataset.collection !== this.current; });
    if (state.busy && !this.part(`.arrivals > [data-collection="${this.current}"]:not([data-done])`)) this.watch(null);
  },

  // In another language.
  renew() {
    if (!this.on || !this.state) return;
    this.load();
    this.part(".arrivals").querySelectorAll("[data-done]").forEach((e) => this.progress(e));
  },

  async choose(collection) {
    this.current = collection;
    await this.load();
    announce(find("#current").innerText);
  },

  show() {
    if (this.isOpen()) return;
    if (reader.isOpen()) reader.close();
    this.pane.hidden = false;
    root.dataset.reading = "";
    reader.fit(this.pane);
    this.part("h2").focus({preventScroll: true});
  },

  // Makes room for the reading pane.
  hide() {
    if (!this.isOpen()) return;
    this.pane.hidden = true;
    delete root.dataset.reading;
    reader.fit(this.pane);
  },

  close() {
    this.hide();
    find("#switcher [data-act=documents]").focus();
  },

  // A question that is answered in a dialog; `act` gives what the page shows next, or why that can't be.
  ask({title, about = "", value = null, label}, act) {
    const box = find("#asking");
    const name = find("#asking-name");
    find("#asking-title").textContent = title;
    box.querySelector(".about").textContent = about;
    box.querySelector(".about").dir = "auto";
    box.querySelector(".do").textContent = label;
    box.querySelector(".trouble").textContent = "";
    name.hidden = value === null;
    name.value = value ?? "";
    box.querySelector("form").onsubmit = async (event) => {
      event.preventDefault();
      const state = await act(name.value);
      if (state.error) {
        box.querySelector(".trouble").textContent = state.error;
        return;
      }
      box.close();
      this.apply(state);
    };
    box.showModal();
    if (value === null) box.querySelector("[data-act=cancel-asking]").focus();
    else name.select();
  },

  create() {
    find("#collections").hidePopover();
    this.ask({title: say("make_collection"), value: "", label: say("create")}, async (name) => {
      const state = await this.call("create", {name});
      if (!state.error) this.show();
      return state;
    });
  },

  rename() {
    const about = {title: say("rename"), value: this.state.plain_name, label: say("rename")};
    this.ask(about, (name) => this.call("rename", {name}));
  },

  remove() {
    const about = {title: say("delete_collection"), about: this.state.plain_name, label: say("delete")};
    this.ask(about, () => this.call("delete"));
  },

  removeDocument(button) {
    const id = button.closest("li").querySelector("a").dataset.document;
    const about = {title: say("remove_document"), about: button.dataset.name, label: say("remove")};
    this.ask(about, async () => {
      const state = await this.call("remove", {document: id});
      if (!state.error) {
        announce(say("removed"));
        this.part("h2").focus({preventScroll: true});
      }
      return state;
    });
  },

  async add(files) {
    this.show();
    if (!this.state?.changeable || !files.length) return;
    const begun = await this.call("begin", {files: files.map(({name, size}) => ({name, size}))});
    if (begun.error) {
      announce(begun.error);
      this.put(this.part(".note"), `<p></p>`);
      this.part(".note p").textContent = begun.error;
      return;
    }
    this.keep([...this.kept(), {batch: begun.batch, collection: this.current}]);
    this.watch(begun.batch);
    for (const number of begun.accepted) await this.send(begun.batch, number, files[number]);
    await this.call("finish", {batch: begun.batch});
  },

  // What doesn't arrive is named by the server, which knows what should have come.
  // A connection that breaks off is tried again some times.
  async send(batch, number, file, tries = 3) {
    const request = {method: "POST", body: file, headers: {"X-Batch": batch, "X-Number": number}};
    const answer = await fetch("/library/upload", request).catch(() => null);
    if (answer ? answer.status !== 429 : tries === 0) return;
    await new Promise((after) => setTimeout(after, 1000 * Number(answer?.headers.get("Retry-After") ?? 1)));
    await this.send(batch, number, file, answer ? tries : tries - 1);
  },

  // Shows how far files are until they are done: this page's by their batch, others' by their collection.
  watch(batch, collection = this.current) {
    const place = document.createElement("div");
    place.dataset.collection = collection;
    if (batch) place.dataset.batch = batch;
    place.hidden = collection !== this.current;
    this.part(".arrivals").prepend(place);
    const look = async () => {
      const {done, said} = await this.progress(place);
      if (!done) return setTimeout(look, 1000);
      if (said) {
        place.dataset.done = "";
        announce(said);
      } else {
        place.remove();
      }
      this.load();
    };
    look();
  },

  async progress(place) {
    const {batch, collection} = place.dataset;
    const view = await this.call("progress", {batch, collection});
    if (view.error) return {done: false};
    this.put(place, view.shown);
    return view;
  },

  kept() {
    try {
      return JSON.parse(sessionStorage.getItem(this.place) ?? "[]");
    } catch {
      return [];
    }
  },

  keep(batches) {
    try {
      sessionStorage.setItem(this.place, JSON.stringify(batches.slice(-5)));
    } catch {
      // A browser may keep nothing: then what became of the files is forgotten with the page.
    }
  },
};

if (library.on) {
  Object.assign(acts, {
    documents: () => { if (library.isOpen()) library.close(); else library.show(); },
    "close-library": () => library.close(),
    "choose-collection": (button) => { find("#collections").hidePopover(); library.choose(button.dataset.collection); },
    "new-collection": () => library.create(),
    "rename-collection": () => library.rename(),
    "delete-collection": () => library.remove(),
    "remove-document": (button) => library.removeDocument(button),
    "cancel-asking": () => find("#asking").close(),
    "add-files": () => find("#files").click(),
    "more-documents": () => library.load({first: library.listed}),
  });

  find("#welcome").append(find("#bare"));
  find("#files").addEventListener("change", (event) => {
    library.add([...event.target.files]);
    event.target.value = "";
  });

  // Below its button, at the button's side.
  find("#collections").addEventListener("beforetoggle", (event) => {
    if (event.newState !== "open") return;
    const button = find("#current").getBoundingClientRect();
    const menu = find("#collections").style;
    menu.insetBlockStart = `${button.bottom + 4}px`;
    menu.insetInlineStart = `${Math.max(8, root.dir === "rtl" ? innerWidth - button.right : button.left)}px`;
    library.load();
  });

  // Files are taken wherever they are dropped: else the browser would leave the page to show one.
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    root.dataset.dropping = "";
  });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) delete root.dataset.dropping; });
  document.addEventListener("drop", (event) => {
    delete root.dataset.dropping;
    if (!carriesFiles(event)) return;
    event.preventDefault();
    library.add([...event.dataTransfer.files]);
  });

  // Where it is a sheet, beside it is out of it.
  document.addEventListener("click", (event) => {
    if (library.isOpen() && reader.narrow.matches && !event.target.closest("#library, dialog, [popover], [data-act]")) {
      library.close();
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing || event.defaultPrevented || !library.isOpen()) return;
    if (find("dialog[open], :popover-open")) return;
    event.preventDefault();
    library.close();
  });

  library.current = document.cookie.split("; ").find((one) => one.startsWith(`${library.cookie}=`))
    ?.slice(library.cookie.length + 1) ?? "";
  // This tab's files first: else those that are still on their way would be shown as another's too.
  library.kept().forEach(({batch, collection}) => library.watch(batch, collection));
  library.ready = library.load();
}
