// The reader's conversations, kept in this browser: each under an id of its own, so that two tabs don't overwrite
// each other's. What is listed lies apart from the conversations themselves, which may be long.

import {fold} from "../page/fold.js";

const VERSION = 1;
const STORES = ["listed", "kept"];
// Characters of a conversation that are searched in.
const MAX_SEARCHED = 100_000;

const newId = () => crypto.getRandomValues(new Uint32Array(3)).join("-");

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

// Null where the browser stores nothing: then conversations last as long as the page.
async function open(name) {
  try {
    const request = indexedDB.open(name, VERSION);
    request.onupgradeneeded = () => {
      for (const store of STORES) request.result.createObjectStore(store, {keyPath: "id"});
    };
    return await done(request);
  } catch {
    return null;
  }
}

// The first question, and the words in which the conversation can be found again.
function describe(text) {
  const {turns} = JSON.parse(text);
  const words = turns.flatMap(({question, quoted}) => [question, ...quoted.map(({quote}) => quote)]);
  return {
    first: turns[0]?.question ?? "",
    words: fold(words.join("\n").slice(0, MAX_SEARCHED)),
    turns: turns.length,
  };
}

export class Archive {
  #database;
  #memory = {listed: new Map(), kept: new Map()};

  // `name` is a database's: users of one browser have each their own.
  constructor(name) {
    this.#database = open(name);
  }

  // All conversations, without what was said in them, the newest first.
  async list() {
    const all = await this.#use("readonly", ({listed}) => listed.all());
    return all.sort((one, other) => other.updated - one.updated);
  }

  // A conversation as it was kept, with its name and the number of its changes; null if there is none.
  get(id) {
    return this.#use("readonly", async ({listed, kept}) => {
      const [about, record] = [await listed.get(id), await kept.get(id)];
      return about && record ? {id, name: about.name, revision: about.revision, text: record.text} : null;
    });
  }

  // Keeps a conversation, as a new one of the same name if another tab has changed or deleted it since; gives its id
  // and revision.
  save({id, revision}, text) {
    const {first, words, turns} = describe(text);
    return this.#use("readwrite", async ({listed, kept}) => {
      const known = id ? await listed.get(id) : null;
      const isOwn = known && known.revision === revision;
      const own = isOwn ? known : {id: newId(), name: known?.name ?? "", revision: 0};
      const about = {...own, first, words, turns, revision: own.revision + 1, updated: Date.now()};
      await listed.put(about);
      await kept.put({id: about.id, text});
      return {id: about.id, revision: about.revision};
    });
  }

  rename(id, name) {
    return this.#use("readwrite", async ({listed}) => {
      const about = await listed.get(id);
      if (about) await listed.put({...about, name});
    });
  }

  delete(id) {
    return this.#use("readwrite", async ({listed, kept}) => {
      await listed.delete(id);
      await kept.delete(id);
    });
  }

  // Does something with both stores at once; in memory where the browser refuses.
  async #use(mode, act) {
    const database = await this.#database;
    if (!database) return act(this.#inMemory());
    const transaction = database.transaction(STORES, mode);
    const stores = {};
    for (const name of STORES) {
      const store = transaction.objectStore(name);
      stores[name] = {
        all: () => done(store.getAll()),
        get: (id) => done(store.get(id)),
        put: (value) => done(store.put(value)),
        delete: (id) => done(store.delete(id)),
      };
    }
    return act(stores);
  }

  #inMemory() {
    const stores = {};
    for (const [name, map] of Object.entries(this.#memory)) {
      stores[name] = {
        all: async () => [...map.values()],
        get: async (id) => map.get(id),
        put: async (value) => map.set(value.id, value),
        delete: async (id) => map.delete(id),
      };
    }
    return stores;
  }
}
