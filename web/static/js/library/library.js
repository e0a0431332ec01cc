// The reader's own documents: the collections in the head, and the pane that lists what is in one.

import {ask, confirmed} from "../page/dialog.js";
import {announce, fill, find, notify, root} from "../page/dom.js";
import {placeBelow} from "../page/menu.js";
import {cookie, own, setCookie} from "../page/storage.js";
import {askReaders} from "./sharing.js";
import {Uploads} from "./uploads.js";

const COOKIE = own("dalil-collection");
const SOON = 200; // milliseconds after the last letter
const FEW = 10; // documents that are seen at a glance
const BETWEEN_LOOKS = 3000; // milliseconds, at a collection that follows a folder

// A button that opens a dialog says so by three dots; the dialog's title has none.
const titleOf = (label) => label.replace(/…$/, "");
const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");

export class Library {
  // The collection's id that this page shows and asks.
  current = cookie(COOKIE);
  // When it is known which collection that is: a cookie may name one that was deleted.
  ready;
  // Called when another collection is chosen.
  chosen = () => {};
  #server;
  #language;
  #side;
  #reader;
  #readOnly;
  #uploads;
  #pane = find("#library");
  #menu = find("#collections");
  #state = null; // of the collection, as the server gave it
  #documents = ""; // HTML of those that are listed
  #asked = 0;
  #loading = null; // the state that was asked for last
  #search = find("#find-document");
  #typing = 0; // the timer of the search for what is being typed
  #looking = 0; // the timer of the next look at a collection that follows a folder

  // What its buttons do.
  acts = {
    documents: () => {
      if (this.#isOpen) this.#close();
      else this.#show();
    },
    "close-library": () => this.#close(),
    "choose-collection": (button) => {
      this.#menu.hidePopover();
      this.#choose(button.dataset.collection);
    },
    "new-collection": () => this.#create(),
    "rename-collection": () => this.#rename(),
    "share-collection": () => this.#share(),
    "delete-collection": () => this.#delete(),
    "remove-document": (button) => this.#removeDocument(button),
    dismiss: (button) => {
      this.#uploads.dismiss(button);
      this.#part("h2").focus({preventScroll: true});
    },
    "own-documents": () => this.#beginOwn(),
    "add-files": () => find("#files").click(),
    "add-page": () => this.#addPage(),
    "refresh-page": (button) => this.#refreshPage(button),
    "follow-folder": () => this.#follow(),
    "stop-following": () => this.#stopFollowing(),
    "more-documents": () => this.#load({first: this.#state.last}),
  };

  constructor({server, language, side, reader, readOnly}) {
    this.#server = server;
    this.#language = language;
    this.#side = side;
    this.#reader = reader;
    this.#readOnly = readOnly;
    this.#uploads = new Uploads({
      list: this.#part(".uploads"),
      call: (act, more) => this.#call(act, more),
      changed: () => this.#load(),
    });
    find("#welcome").append(find("#suggested"), find("#bare"), find("#own"));
    this.#listen();
    // This tab's files first: else those that are still on their way would be shown as another's too.
    this.#uploads.show(this.current);
    this.#uploads.resume();
    this.ready = this.#load();
  }

  // In another language.
  renew() {
    if (!this.#state) return;
    this.#load();
    this.#uploads.renew();
  }

  // Where the pane is a sheet, beside it is out of it.
  leave(target) {
    const within = "#library, dialog, [popover], [data-act]";
    if (this.#side.isSheet(this.#pane) && !target.closest(within)) this.#close();
  }

  get #isOpen() {
    return this.#side.shows(this.#pane);
  }

  #part(selector) {
    return this.#pane.querySelector(selector);
  }

  #listen() {
    find("#files").addEventListener("change", (event) => {
      this.#add([...event.target.files]);
      event.target.value = "";
    });
    this.#menu.addEventListener("beforetoggle", (event) => {
      if (event.newState === "open") this.#openMenu();
    });
    this.#search.addEventListener("input", () => {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => this.#load(), SOON);
    });
    // Files are taken wherever they are dropped: else the browser would leave the page to show one.
    document.addEventListener("dragover", (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      root.dataset.dropping = "";
    });
    document.addEventListener("dragleave", (event) => {
      if (!event.relatedTarget) delete root.dataset.dropping;
    });
    document.addEventListener("drop", (event) => {
      delete root.dataset.dropping;
      if (!carriesFiles(event)) return;
      event.preventDefault();
      this.#add([...event.dataTransfer.files]);
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing || event.defaultPrevented || !this.#isOpen) return;
      if (find("dialog[open], :popover-open")) return;
      event.preventDefault();
      this.#close();
    });
  }

  #openMenu() {
    placeBelow(this.#menu, find("#current"));
    this.#load();
  }

  // What the server answers; of a server that doesn't respond an `error`, as of one that refuses.
  async #call(act, more = {}) {
    const about = {act, collection: this.current, find: this.#search.value.trim()};
    const answer = await this.#server.call("library", {...about, ...more});
    if (answer) return answer;
    const error = this.#language.say("out_of_reach");
    announce(error);
    return {error};
  }

  #load(more = {}) {
    this.#loading = this.#loadState(more);
    return this.#loading;
  }

  async #loadState(more) {
    const number = ++this.#asked;
    const state = await this.#call("state", more);
    if (!state.error && number === this.#asked) this.#apply(state, more.first > 0);
  }

  #apply(state, appended = false) {
    this.#asked++; // what was asked for before and comes later is dropped
    this.#state = state;
    if (state.collection !== this.current) this.#search.value = "";
    this.current = state.collection;
    setCookie(COOKIE, this.current);
    this.#documents = appended ? this.#documents + state.documents : state.documents;
    fill(find("#current .name"), state.name);
    fill(this.#menu.querySelector("ul"), state.menu);
    fill(this.#part("h2"), state.name);
    fill(this.#part(".note"), state.note);
    this.#showFolder(state);
    fill(this.#part(".documents"), this.#documents);
    this.#offer(state);
    this.suggest();
    this.#uploads.show(this.current);
    this.#showBusy(state);
  }

  #showBusy({busy}) {
    if (busy && !this.#uploads.isWatching(this.current)) this.#uploads.watch(this.current);
  }

  // Which folder the collection follows. While the pane is open it is looked at whether something has changed there.
  #showFolder({folder, followable}) {
    fill(this.#part(".followed"), folder);
    this.#part("[data-act=follow-folder]").hidden = !followable || folder !== "";
    clearTimeout(this.#looking);
    if (folder) this.#looking = setTimeout(() => this.#look(), BETWEEN_LOOKS);
  }

  async #look() {
    const {collection, version} = this.#state;
    const again = () => {
      clearTimeout(this.#looking);
      this.#looking = setTimeout(() => this.#look(), BETWEEN_LOOKS);
    };
    if (!this.#isOpen || document.hidden) return again();
    const found = await this.#server.call("library", {act: "followed", collection}).catch(() => null);
    if (collection !== this.current) return;
    again();
    if (!found || found.error) return;
    this.#showBusy(found);
    // Where a list has been read on, or a control has the focus, it isn't taken away.
    if (found.version !== version && !this.#part(".documents").contains(document.activeElement)) this.#load();
  }

  // Questions to begin with, as long as nothing was asked.
  async suggest() {
    if (!this.#state || find("#welcome").hidden) return;
    const {collection, built_in: isBuiltIn, total} = this.#state;
    const place = find("#suggested");
    const known = `${collection} ${total}`;
    if (place.dataset.of === known) return;
    place.dataset.of = known;
    place.hidden = true;
    if (isBuiltIn || !total) return;
    const {questions} = await this.#call("suggest", {collection});
    if (place.dataset.of !== known) return;
    fill(place.querySelector("ul"), questions ?? "");
    place.hidden = !questions;
    if (questions === undefined) delete place.dataset.of; // they are asked for again
  }

  // Shows the buttons of what can be done with the collection.
  #offer(state) {
    this.#part(".more").hidden = state.last >= state.found;
    this.#part("search").hidden = state.total <= FEW && !this.#search.value;
    this.#part(".none").textContent = state.total && !state.found ? this.#say("no_such_document") : "";
    this.#part(".add").hidden = !state.changeable;
    this.#part("[data-act=add-page]").hidden = !state.fetches;
    this.#menu.querySelector(".new").hidden = this.#readOnly;
    this.#part(".make").hidden = !state.built_in || this.#readOnly;
    this.#part(".manage").hidden = !state.own;
    this.#part("[data-act=rename-collection]").hidden = !state.changeable;
    this.#part("[data-act=share-collection]").hidden = !state.shareable;
    find("#welcome").dataset.collection = state.built_in ? "built-in" : "own";
    find("#bare").hidden = !state.changeable || state.total > 0;
    find("#own").hidden = !state.built_in || this.#readOnly;
  }

  async #choose(collection) {
    if (collection !== this.current) this.chosen();
    this.current = collection;
    this.#search.value = "";
    await this.#load();
    announce(`${this.#say("collection")} ${find("#current .name").textContent}`);
  }

  #show() {
    if (this.#isOpen) return;
    if (this.#reader.isOpen) this.#reader.close();
    this.#side.show(this.#pane);
    this.#part("h2").focus({preventScroll: true});
  }

  #close() {
    this.#side.hide(this.#pane);
    find("#switcher [data-act=documents]").focus();
  }

  // Asks in a dialog; what the server makes of the answer is shown next. Where the button that was pressed is gone
  // then, the focus is led to the heading.
  #ask(question, act, isGone = false) {
    ask(question, act, (state) => {
      this.#apply(state);
      if (isGone) this.#part("h2").focus({preventScroll: true});
    });
  }

  #create() {
    this.#menu.hidePopover();
    const named = this.#say("collection_name");
    const question = {title: this.#say("make_collection"), value: "", named, label: this.#say("create")};
    this.#ask(question, async (name) => {
      const state = await this.#call("create", {name});
      if (!state.error) this.#show();
      return state;
    });
  }

  // From the first page: files need a collection of the reader's own.
  #beginOwn() {
    if (this.#state?.changeable) this.#show();
    else this.#create();
  }

  #rename() {
    const title = this.#say("rename");
    const question = {
      title,
      value: this.#state.plain_name,
      named: this.#say("collection_name"),
      label: title,
    };
    this.#ask(question, (name) => this.#call("rename", {name}));
  }

  async #share() {
    const {collection} = this.#state;
    const sharing = await this.#call("sharing", {collection});
    if (sharing.error) return notify(sharing.error);
    const save = (readers) => this.#call("share", {collection, ...readers});
    askReaders(sharing, save, (state) => {
      this.#apply(state);
      notify(this.#say("sharing_saved"));
    });
  }

  #delete() {
    const about = this.#state.plain_name;
    const question = {title: this.#say("delete_collection"), about, label: this.#say("delete")};
    this.#ask(question, () => this.#call("delete"));
  }

  #addPage() {
    const question = {
      title: titleOf(this.#say("add_web_page")),
      about: this.#say("web_page_leaves"),
      value: "",
      named: this.#say("web_address"),
      label: this.#say("fetch_web_page"),
    };
    ask(question, (address) => this.#uploads.fetch("fetch", {address}, this.current));
  }

  async #refreshPage(button) {
    const id = button.dataset.id;
    this.#part("h2").focus({preventScroll: true}); // the list is made anew when the page has come
    const begun = await this.#uploads.fetch("refresh", {document: id}, this.current);
    if (begun.error) this.#refused(begun.error);
    else if (!begun.batch) this.#load(); // it was removed on another page
  }

  #follow() {
    const named = this.#say("folder_path");
    const question = {
      title: titleOf(this.#say("follow_folder")),
      value: "",
      named,
      label: this.#say("follow"),
    };
    this.#ask(question, (path) => this.#call("follow", {path}));
  }

  #stopFollowing() {
    const about = this.#part(".followed .path").textContent;
    const title = this.#say("stop_following_folder");
    const question = {title, about, label: this.#say("stop_following")};
    this.#ask(question, () => this.#call("stop_following"), true);
  }

  #removeDocument(button) {
    const id = button.closest("li").querySelector("a").dataset.document;
    const about = button.dataset.name;
    const question = {title: this.#say("remove_document"), about, label: this.#say("remove")};
    const remove = async () => {
      const state = await this.#call("remove", {document: id});
      if (!state.error) notify(this.#say("removed"));
      return state;
    };
    this.#ask(question, remove, true);
  }

  async #add(files) {
    this.#show();
    await this.#loading; // of a collection that has just been chosen it isn't known yet whether it takes files
    if (!this.#state?.changeable || !files.length) return;
    const collection = this.current;
    const wanted = await this.#wanted(files);
    if (!wanted.length) return;
    const refusal = await this.#uploads.send(wanted, collection);
    if (refusal) this.#refused(refusal);
  }

  #refused(why) {
    announce(why);
    fill(this.#part(".note"), "<p></p>");
    this.#part(".note p").textContent = why;
  }

  // Files without those whose older versions the reader would rather keep.
  async #wanted(files) {
    const {names} = await this.#call("existing", {names: files.map(({name}) => name)});
    if (!names?.length) return files;
    const question = {
      title: this.#say("replace_files"),
      about: names.join(" · "),
      label: this.#say("replace"),
    };
    if (await confirmed(question)) return files;
    return files.filter(({name}) => !names.includes(name));
  }

  #say(message) {
    return this.#language.say(message);
  }
}
