// Copying: what an answer or a quotation is as text, and how it gets into the clipboard.

import {announce} from "./dom.js";

const DONE = 1600; // milliseconds for which the button says that it was copied

// A table's row is copied as it is written, below the headings of its columns, as it is exported.
function quoteAsText(quote) {
  const cells = [...quote.querySelectorAll(".cells > div")];
  if (!cells.length) return quote.textContent;
  const line = (part) => cells.map((cell) => cell.querySelector(part)?.textContent ?? "");
  const headings = line("dt");
  const rows = headings.some(Boolean) ? [headings, line("dd")] : [line("dd")];
  return rows.map((row) => row.join(" | ")).join("\n");
}

function citedAsText(cited) {
  const [quote, number, where] = [".quote", ".number", ".where"].map((part) => cited.querySelector(part));
  return `${quoteAsText(quote)} ${number.textContent}\n${where.textContent}`;
}

// A question with what was written, and its quotations, each with its number and its place.
export function answerAsText(turn) {
  const cited = [...turn.querySelectorAll(".cited")].map(citedAsText);
  return [".question", ".written .claims"]
    .map((part) => turn.querySelector(part)?.textContent)
    .concat(cited)
    .filter(Boolean)
    .join("\n\n");
}

export async function copy(text, button, language) {
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
  announce(language.say("copied"));
  button.dataset.done = language.say("copied");
  setTimeout(() => {
    delete button.dataset.done;
  }, DONE);
}
