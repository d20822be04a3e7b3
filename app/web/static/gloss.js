// Comfort only: every page reads, searches and saves without this script.
"use strict";

const typing = (element) => element.closest("input, textarea, select, [contenteditable]");

const keys = {
  "/": () => document.querySelector("form.find input").focus(),
  "n": () => follow("a[data-key=n]"),
  "e": () => follow("a[data-key=e]"),
  "?": () => document.getElementById("keys").showModal(),
};

function follow(selector) {
  const link = document.querySelector(selector);
  if (link) link.click();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const action = keys[event.key];
  if (!action || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  action();
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens).showModal();
});

// The box searches as one types on every page: the first letters bring the page of hits, and what is
// typed until that is there goes along. Where something is being written, nobody leaves for a letter.
(() => {
  const PAUSE = 150; // milliseconds, as on the page of hits
  const box = document.querySelector("form.find input");
  const stays = document.getElementById("found") || document.querySelector("form[data-guard]");
  let leaving = false, waiting = 0;

  function lead(event) {
    clearTimeout(waiting);
    if (!stays && !event.isComposing) waiting = setTimeout(leave, PAUSE);
  }
  function leave() {
    if (leaving || !box.value.trim()) return;
    leaving = true;
    location.assign(box.form.action);
  }
  box.addEventListener("input", lead);
  box.addEventListener("compositionend", lead);
  box.form.addEventListener("submit", () => { leaving = true; });
  window.addEventListener("pagehide", () => {
    if (!leaving) return;
    try { sessionStorage.setItem("typed", box.value); } catch { /* no storage: it is typed again */ }
  });
  window.addEventListener("pageshow", (event) => {
    leaving = false;
    if (event.persisted && !stays) box.value = box.defaultValue;
  });
})();

// Escape closes the card of a citation; it comes back when the citation is approached anew.
const openCards = ".cite:hover, .cite:focus-within";

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.querySelectorAll(openCards).forEach((cite) => cite.classList.add("closed"));
});
for (const kind of ["pointerout", "focusout"]) {
  document.addEventListener(kind, (event) => {
    const cite = event.target instanceof Element && event.target.closest(".cite.closed");
    if (cite && !cite.contains(event.relatedTarget)) cite.classList.remove("closed");
  });
}

// A slider says its value.
document.addEventListener("input", (event) => {
  const shown = event.target.type === "range" && event.target.nextElementSibling;
  if (shown && shown.matches("output")) shown.value = event.target.value;
});

// What is typed into a form is not lost by a slip: the browser asks before it leaves.
let unsaved = false;
document.addEventListener("input", (event) => {
  if (event.target.closest("form[data-guard]")) unsaved = true;
});
document.addEventListener("submit", () => { unsaved = false; });
window.addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });

// Ctrl-S or ⌘-S saves where there is something to save.
document.addEventListener("keydown", (event) => {
  const form = document.querySelector("form[data-guard]");
  if (form && (event.ctrlKey || event.metaKey) && event.key === "s") {
    event.preventDefault();
    form.requestSubmit();
  }
});

// An address may name an annotation that is not there: deleted, or not for who reads.
function tellOfNone() {
  const name = location.hash.slice(1), notice = document.getElementById("not-here"), note = document.getElementById("note");
  if (!note || !name.startsWith("annotation-") || document.getElementById(name)) return notice?.remove();
  if (notice) return;
  const told = Object.assign(document.createElement("div"), { className: "notice", id: "not-here", role: "alert" });
  told.append(Object.assign(document.createElement("p"), { textContent: "The annotation of this address is not here: it was deleted, or you may not read it." }));
  note.before(told);
}
if (!document.querySelector("#margin .threads > .next")) tellOfNone();
window.addEventListener("hashchange", () => { if (!document.querySelector("#margin .threads > .next")) tellOfNone(); });

// Margin notes keep clear of each other, and of figures that use the margin. Each wishes to stand
// at its line; the one that is pinned does, and the others make room. What may give way stands, or
// is counted where it would stand: nothing else becomes of it, so nothing is nowhere.
const MARGIN_GAP = 14, A_LITTLE = 150; // pixels
let alsoBeside = () => [], countBeside = () => {}; // margin.js puts the threads here

function settleMargin() {
  const items = [...footnotes(), ...alsoBeside()].sort((a, b) => a.wish - b.wish);
  const figures = [...document.querySelectorAll("article .wide")].map((each) => each.getBoundingClientRect());
  let standing = placeBeside(items, figures);
  if (standing.some((item) => item.counted || (item.shorten && item.top - item.wish > item.far))) {
    for (const item of items) if (item.shorten && !item.away) item.shorten();
    standing = placeBeside(items, figures);
  }
  for (const item of standing) if (item.move) item.move();
  countBeside(standing.filter((item) => item.counted));
}

function footnotes() {
  const notes = [...document.querySelectorAll("article .beside > .margin")];
  for (const note of notes) note.style.removeProperty("--shift");
  return notes.filter((note) => getComputedStyle(note).position === "absolute").map((element) => {
    const item = { element, wish: element.getBoundingClientRect().top };
    item.move = () => {
      if (item.top !== item.wish) element.style.setProperty("--shift", `${item.top - item.wish}px`);
    };
    return item;
  });
}

// Answers what stands, in order: items, and counts of those that found no room.
function placeBeside(items, figures) {
  for (const item of items) if (!item.away) item.height = item.element.getBoundingClientRect().height;
  const at = items.findIndex((item) => item.pinned);
  if (at < 0) return inTurn(items, -Infinity, figures);
  const pinned = items[at], above = inTurn(items.slice(0, at), -Infinity, figures);
  const free = standBelow(pinned, pinned.wish, figures);
  let ceiling = pinned.top;
  for (const item of [...above].reverse()) {
    item.top = Math.min(item.top, ceiling - item.height - MARGIN_GAP);
    ceiling = item.top;
  }
  return keepBelowTheBar([...above, pinned, ...inTurn(items.slice(at + 1), free, figures)], figures);
}

// One below the other. Who would stand too far from its line is counted, and so are those that
// follow until one stands near its own again. What stands between two in the text parts their counts.
function inTurn(items, free, figures) {
  const standing = [];
  let count = null;
  for (const item of items) {
    const top = Math.max(item.wish, free), far = item.tooFar && (count ? item.far : item.tooFar);
    if (item.away || top - item.wish > far) {
      if (!count || count.counted.at(-1).turn + 1 !== item.turn) {
        standing.push(count = countOf([item]));
        free = standBelow(count, top, figures);
      } else count.counted.push(item);
    } else {
      if (item.far) count = null;
      standing.push(item);
      free = standBelow(item, top, figures);
    }
  }
  return standing;
}

function countOf(counted) {
  const line = 1.4 * parseFloat(getComputedStyle(document.documentElement).fontSize);
  return { counted, wish: counted[0].wish, top: counted[0].top, height: line };
}

// What made room upwards does not cover the bar: all go down a little, and who may give way and has
// still no room is counted.
function keepBelowTheBar(standing, figures) {
  const roof = document.querySelector(".bar").getBoundingClientRect().bottom;
  const down = Math.min(A_LITTLE, roof - standing[0].top);
  if (down <= 0) return standing;
  const isOver = (item) => (item.tooFar || item.counted) && item.top + down < roof;
  const over = standing.filter(isOver).flatMap((item) => item.counted || [item]);
  const rest = standing.filter((item) => !isOver(item));
  if (over.length) rest.unshift(countOf(over));
  let free = roof;
  for (const item of rest) free = standBelow(item, Math.max(item.top, free), figures);
  return rest;
}

// Put it there, or under the figures in its way; answers where the next one may begin.
function standBelow(item, top, figures) {
  for (const figure of figures) {
    if (top < figure.bottom && top + item.height + MARGIN_GAP > figure.top) top = figure.bottom + MARGIN_GAP;
  }
  item.top = top;
  return top + item.height + MARGIN_GAP;
}

const article = document.getElementById("note");
if (article) new ResizeObserver(settleMargin).observe(article);

// Copying gives a formula's TeX with its dollars, not the letters of its boxes; a formula that is
// selected in part is copied whole.
document.addEventListener("copy", (event) => {
  const selection = getSelection();
  if (selection.isCollapsed || (event.target instanceof Element && typing(event.target))) return;
  const range = selection.getRangeAt(0).cloneRange();
  const first = formulaAround(range.startContainer), last = formulaAround(range.endContainer);
  if (first) range.setStartBefore(first);
  if (last) range.setEndAfter(last);
  const copied = document.createElement("div");
  copied.append(range.cloneContents());
  if (!replaceFormulas(copied)) return;
  event.clipboardData.setData("text/html", copied.innerHTML);
  event.clipboardData.setData("text/plain", textOf(copied));
  event.preventDefault();
});

function formulaAround(node) {
  const element = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
  return element.closest(".katex-display") || element.closest(".katex");
}

function replaceFormulas(copied) {
  const formulas = copied.querySelectorAll(".katex");
  for (const formula of formulas) {
    const display = formula.closest(".katex-display"), dollars = display ? "$$" : "$";
    const tex = document.createElement("span");
    tex.style.whiteSpace = "pre-wrap";
    tex.textContent = dollars + formula.querySelector("annotation").textContent + dollars;
    (display || formula).replaceWith(tex);
  }
  return formulas.length;
}

// As the browser would write it, with its line breaks: so it must be on the page for a moment.
function textOf(copied) {
  copied.style.cssText = "position: fixed; left: -100vw; width: 60rem;";
  document.body.append(copied);
  const text = copied.innerText;
  copied.remove();
  return text;
}
