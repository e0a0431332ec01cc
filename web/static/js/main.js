// The entry of the page's modules: makes its parts known to one another, and starts them.

import {Archive} from "./chat/archive.js";
import {Conversation} from "./chat/conversation.js";
import {History} from "./chat/history.js";
import {Inside} from "./chat/inside.js";
import {Reader} from "./chat/reader.js";
import {Scope} from "./chat/scope.js";
import {Writer} from "./chat/writer.js";
import {Library} from "./library/library.js";
import {logOut, showAccount} from "./page/account.js";
import {cancel} from "./page/dialog.js";
import {root} from "./page/dom.js";
import {Language} from "./page/language.js";
import {Server} from "./page/server.js";
import {Side} from "./page/side.js";
import {own} from "./page/storage.js";
import {labelTheme, switchTheme} from "./page/theme.js";

// Called once by the script of Gradio's component (web/views/scripts.py), with what Gradio gives to it: the page's
// element, a function that triggers the component's events, its properties, and the server's functions.
export function start({element, trigger, props, server: functions}) {
  const language = new Language(props.words);
  labelTheme();
  showAccount();
  language.fill();

  const server = new Server({functions, trigger, language});
  const side = new Side();
  const reader = new Reader({element, server, language, side, paragraphs: props.more});
  const library = props.library
    ? new Library({server, language, side, reader, readOnly: props.read_only})
    : null;
  const writer = new Writer({server, renew: () => conversation.renew()});
  const scope = new Scope({server, language, collection: () => library?.current ?? ""});
  if (library) library.chosen = () => (scope.conditions = []);
  const inside = new Inside({
    server,
    language,
    reader,
    ask: (question) => {
      if (reader.isSheet) reader.close();
      conversation.begin(question);
    },
  });
  const archive = new Archive(own("dalil"));
  const conversation = new Conversation({
    element,
    server,
    language,
    reader,
    library,
    archive,
    writer,
    scope,
  });
  const history = new History({
    language,
    side,
    archive,
    current: () => conversation.current,
    open: (id) => conversation.open(id),
  });

  // What buttons do, by the name in `data-act`.
  const acts = {
    ...conversation.acts,
    ...reader.acts,
    ...library?.acts,
    ...writer.acts,
    ...scope.acts,
    ...history.acts,
    ...inside.acts,
    "cancel-asking": cancel,
    "log-out": () => logOut(language),
    theme: () => switchTheme(language),
    language: () => {
      language.switch();
      reader.renew();
      library?.renew();
      conversation.renew();
      scope.renew();
      history.renew();
    },
  };
  document.addEventListener("click", (event) => {
    click(event, acts, reader);
    library?.leave(event.target);
    history.leave(event.target);
  });

  root.dataset.started = ""; // now it is visible
  conversation.enable();
}

function click(event, acts, reader) {
  const citation = event.target.closest("a[data-document]");
  if (citation) {
    event.preventDefault();
    reader.open(citation, {view: "read"});
    return;
  }
  if (reader.isSheet && !event.target.closest("#reader")) {
    reader.close();
    return;
  }
  const button = event.target.closest("[data-act]");
  if (button) acts[button.dataset.act]?.(button, event);
}
