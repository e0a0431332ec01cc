// What is done with questions and answers: asking, judging, keeping them in this browser, saving them as a file.

// As `web.server.chat_calls.FORGOTTEN`: the server was started anew, and doesn't know the conversation any more.
const FORGOTTEN = -1;

const turns = {
  // Known to nobody else: whoever knows it could read the conversation.
  key: [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join(""),
  place: "dalil-conversation",
  kept: "",  // the conversation as the server gave it to be kept
  last: "",  // the one before
  askedToKeep: 0,
  ready: null,  // when what was kept has been taken up again

  number: (element) => Number(element.closest(".turn").id.slice("turn-".length)),

  // Calls one of the server's functions; null if it doesn't respond, of which Gradio makes undefined.
  async tell(name, more = {}) {
    const answer = await server[name]({conversation: this.key, language: language(), ...more});
    const failed = answer === undefined;
    find("#trouble").hidden = !failed;
    if (failed) announce(say("out_of_reach"));
    return failed ? null : answer ?? true;
  },

  // A question, or the number of one that is to be searched for as it stands.
  async ask(asked) {
    await Promise.all([this.ready, library.ready]);
    if (asked.question) this.store("dalil-question", asked.question, [sessionStorage]);
    const begin = () => this.tell("begin", {collection: library.current, has_turns: Boolean(this.kept), ...asked});
    let number = await begin();
    if (number === FORGOTTEN && await this.tell("restore", {kept: this.kept}) !== null) {
      changes = 0;
      number = await begin();
    }
    if (number === FORGOTTEN) number = null;
    if (number !== null) trigger("submit", {conversation: this.key, number, language: language()});
    else this.giveBack(asked.question);
  },

  giveBack(question) {
    if (question && !find("#question").value) find("#question").value = question;
  },

  async judge(button) {
    const said = await this.tell("judge", {number: this.number(button), verdict: button.dataset.verdict});
    if (said === null) return;
    announce(said);
    show();
  },

  async export() {
    const text = await this.tell("export");
    if (text === null) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], {type: "text/markdown"}));
    const now = new Date();
    const day = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((n) => String(n).padStart(2, "0"));
    link.download = `dalil-${day.join("-")}.md`;
    link.click();
    URL.revokeObjectURL(link.href);
    announce(say("saved"));
  },

  async clear() {
    if (await this.tell("clear") === null) return;
    reader.close();
    [this.last, this.kept] = [this.kept, ""];
    find("#last").hidden = !this.last;
    show();
    find("#question").focus({preventScroll: true});
  },

  async back() {
    if (await this.tell("restore", {kept: this.last}) === null) return;
    show();
    find("#question").focus({preventScroll: true});
  },

  // What this tab stored under a name, or else what any tab did last. A browser may store nothing.
  stored(name) {
    try {
      return sessionStorage.getItem(name) ?? localStorage.getItem(name);
    } catch {
      return null;
    }
  },

  store(name, text, storages = [sessionStorage, localStorage]) {
    try {
      for (const storage of storages) storage.setItem(name, text);
    } catch {
      // Full, or forbidden: then it lasts as long as the page.
    }
  },

  async keep() {
    const number = ++this.askedToKeep;
    await this.ready;
    const text = await server.keep({conversation: this.key});
    if (text === undefined || number !== this.askedToKeep) return;
    this.kept = text;
    this.store(this.place, text);
    this.store("dalil-question", "", [sessionStorage]);
  },

  async restore() {
    // Of a question that had no answer yet only its words are left.
    this.giveBack(this.stored("dalil-question"));
    const kept = this.stored(this.place);
    if (!kept) return;
    const taken = await this.tell("restore", {kept});
    if (taken === null) {
      // The next answer is kept in its place: here it can still be taken up.
      this.last = kept;
      find("#last").hidden = false;
      return;
    }
    if (taken) this.kept = kept;
    show();
  },
};
turns.ready = turns.restore();
