// Comfort while writing: without this script the form saves, previews and takes files all the same.
"use strict";

(() => {
const form = document.getElementById("note-form");
const area = document.getElementById("markdown");
if (!form || !area) return;
const told = document.getElementById("told");
const field = (name) => form.elements[name];
const tell = (words) => { told.textContent = words; };

// What is sent while somebody types: the whole form but for a file.
function typed() {
  const data = new FormData(form);
  data.delete("file");
  return data;
}

async function ask(address, options) {
  const answer = await fetch(address, { headers: { Accept: "application/json" }, ...options });
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  throw new Error([problem.detail || `The server answered ${answer.status}.`, problem.hint || ""].join(" ").trim());
}

/* Changing the text: by the browser's own command, so that Undo takes it back. */

function replace(start, end, text, box = area) {
  box.focus();
  box.setSelectionRange(start, end);
  const done = text ? document.execCommand("insertText", false, text) : start === end || document.execCommand("delete");
  if (done) return;
  box.setRangeText(text, start, end, "end");
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

// Where somebody types elsewhere meanwhile, the focus and the caret stay with them.
function replaceQuietly(old, text) {
  const at = area.value.indexOf(old);
  if (at < 0) return;
  const { selectionStart: start, selectionEnd: end } = area;
  area.setRangeText(text, at, at + old.length, "preserve");
  if (start > at) {
    const shift = text.length - old.length, until = at + text.length;
    area.setSelectionRange(Math.max(start + shift, until), Math.max(end + shift, until));
  }
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

// What ends in a space or a newline is chosen up to there: signs stand at words.
function shrink(ends = /^\s+|\s+$/g) {
  const { selectionStart: start, selectionEnd: end, value } = area;
  const chosen = value.slice(start, end), left = chosen.replace(ends, "");
  const from = left ? start + chosen.indexOf(left) : start;
  area.setSelectionRange(from, from + left.length);
  return left;
}

function wrap(before, after, example) {
  shrink(before.includes("\n") ? /^\n+|\n+$/g : undefined);
  const { selectionStart: start, selectionEnd: end, value } = area;
  const chosen = value.slice(start, end);
  const outside = value.slice(start - before.length, start) === before && value.slice(end, end + after.length) === after;
  if (outside && (before.length > 1 || value[start - 2] !== before)) {
    replace(start - before.length, end + after.length, chosen);
    area.setSelectionRange(start - before.length, end - before.length);
    return;
  }
  const inner = chosen || example;
  replace(start, end, before + inner + after);
  area.setSelectionRange(start + before.length, start + before.length + inner.length);
}

// Emphasis ends with its paragraph: over several lines, each has its own, behind its mark.
function emphasise(sign, example) {
  const chosen = shrink();
  if (!chosen.includes("\n")) return wrap(sign, sign, example);
  const start = area.selectionStart, isWhole = start === 0 || area.value[start - 1] === "\n";
  const parts = chosen.split("\n").map((line, at) => {
    const [lead] = at || isWhole ? LEAD.exec(line) : [""];
    const words = line.slice(lead.length).trimEnd();
    return { lead, words, rest: line.slice(lead.length + words.length) };
  });
  const has = parts.every(({ words }) => !words || isEmphasised(words, sign));
  const changed = parts.map(({ lead, words, rest }) => {
    const other = has ? words.slice(sign.length, -sign.length) : sign + words + sign;
    return lead + (words && other) + rest;
  }).join("\n");
  replace(start, start + chosen.length, changed);
  area.setSelectionRange(start, start + changed.length);
}

const LEAD = /^\s*(?:(?:[-*+]|\d+[.)]|>|#{1,6})\s+(?:\[.\]\s+)?)*/;

function isEmphasised(words, sign) {
  const other = words.length > 2 * sign.length && words.startsWith(sign) && words.endsWith(sign);
  return other && (sign.length > 1 || !/^\*\*(?!\*)/.test(words));
}

function wholeLines() {
  const { selectionStart, selectionEnd, value } = area;
  const start = value.lastIndexOf("\n", selectionStart - 1) + 1;
  const found = value.indexOf("\n", Math.max(selectionEnd - (selectionEnd > selectionStart && value[selectionEnd - 1] === "\n"), start));
  const end = found < 0 ? value.length : found;
  return { start, end, lines: value.slice(start, end).split("\n") };
}

function changeLines(change) {
  const { start, end, lines } = wholeLines();
  const changed = lines.map(change).join("\n");
  replace(start, end, changed);
  if (lines.length > 1) area.setSelectionRange(start, start + changed.length);
}

const MARK = /^(\s*)(?:[-*+] (?:\[.\] )?|\d+[.)] |> |#{1,6} )/;

function mark(sign) {
  const has = wholeLines().lines.every((line, at) => line.trimStart().startsWith(signOf(sign, at)));
  changeLines((line, at) => {
    const bare = line.replace(MARK, "$1");
    return has ? bare : bare.replace(/^(\s*)/, `$1${signOf(sign, at)}`);
  });
}

const signOf = (sign, at) => (sign === "1. " ? `${at + 1}. ` : sign);

function link() {
  shrink();
  const { selectionStart: start, selectionEnd: end, value } = area;
  const chosen = value.slice(start, end);
  if (/^https?:\/\/\S+$/.test(chosen)) {
    replace(start, end, `[](${chosen})`);
    area.setSelectionRange(start + 1, start + 1);
    return;
  }
  replace(start, end, `[${chosen || "words"}](https://)`);
  const words = chosen || "words";
  if (chosen) area.setSelectionRange(start + words.length + 3, start + words.length + 11);
  else area.setSelectionRange(start + 1, start + 1 + words.length);
}

// Over several lines, formulas and code stand on lines of their own.
function formula() {
  if (chosenLines() > 1) wrap("$$\n", "\n$$", "");
  else wrap("$", "$", "x^2");
}

function code() {
  if (chosenLines() > 1) wrap("```\n", "\n```", "");
  else wrap("`", "`", "code");
}

const chosenLines = () => area.value.slice(area.selectionStart, area.selectionEnd).trim().split("\n").length;

const actions = {
  bold: () => emphasise("**", "bold"),
  italic: () => emphasise("*", "italic"),
  heading: () => mark("## "),
  link,
  note: () => { wrap("[[", "]]", ""); complete(area); },
  formula,
  code,
  list: () => mark("- "),
  numbers: () => mark("1. "),
  quote: () => mark("> "),
  file: () => {
    isAtToolbar = true;
    field("file").click();
  },
};

/* The toolbar: one stop for Tab, arrows within. */

const toolbar = form.querySelector("[role=toolbar]");
const buttons = [...toolbar.querySelectorAll("button")];
toolbar.hidden = false;
toolbar.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) actions[button.dataset.do]();
});
toolbar.addEventListener("keydown", (event) => {
  const at = buttons.indexOf(document.activeElement);
  const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
  if (next === undefined || at < 0) return;
  event.preventDefault();
  buttons[at].tabIndex = -1;
  const reached = buttons[(next + buttons.length) % buttons.length];
  reached.tabIndex = 0;
  reached.focus();
});

/* Keys. Tab stays the way out of the text. */

const shortcuts = {
  b: actions.bold, i: actions.italic, k: link, m: formula, e: code,
  "]": () => changeLines((line) => `  ${line}`),
  "[": () => changeLines((line) => line.replace(/^ {1,2}/, "")),
};

area.addEventListener("keydown", (event) => {
  if (event.isComposing || handledByList(event)) return;
  const control = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  const isClosed = event.key === "]" && !control && area.selectionStart === closedAt;
  closedAt = -1;
  if (isClosed) {
    event.preventDefault();
  } else if (control && shortcuts[event.key]) {
    event.preventDefault();
    shortcuts[event.key]();
  } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey) {
    if (nextItem()) event.preventDefault();
  }
});
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing) return;
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    form.requestSubmit(form.querySelector("button.main"));
  } else if (event.target.matches("input:not([type=file])")) {
    event.preventDefault();
    moveOn(event.target);
  }
});

// Enter in a line saves nothing: it goes to the next field, and from the title to the text.
function moveOn(from) {
  const fields = [...form.elements].filter((one) => one.matches("input:not([type=hidden]), select, textarea")
    && !one.closest("details:not([open])"));
  (from === field("title") ? area : fields[fields.indexOf(from) + 1] || area).focus();
}

// A new line in a list is its next item; an empty item ends the list.
function nextItem() {
  const { selectionStart: at, selectionEnd: end, value } = area;
  if (at !== end || inCode(value.slice(0, at))) return false;
  const start = value.lastIndexOf("\n", at - 1) + 1;
  const item = /^(\s*)([-*+]|\d+[.)]|>)( \[.\])? (.*)$/.exec(value.slice(start, at));
  if (!item) return false;
  if (!item[4].trim()) {
    replace(start, at, "");
    return true;
  }
  const number = parseInt(item[2], 10);
  const sign = Number.isNaN(number) ? item[2] : `${number + 1}${item[2].at(-1)}`;
  replace(at, at, `\n${item[1]}${sign}${item[3] ? " [ ]" : ""} `);
  return true;
}

const inCode = (before) => ((before.match(/^ {0,3}(```|~~~)/gm) || []).length % 2) === 1;

/* Suggestions: at the caret of the text, and below the field of the tags. */

const list = document.getElementById("suggestions"), tags = field("tags");
const suggestions = Suggestions(list, tell);
const known = new Map();
let closedAt = -1;  // where a bracket was just closed: who closes it, too, closes it once
let shown = null, asking = null, waiting = 0;
const TRIGGERS = [
  ["embed", /!\[\[([^[\]|#\n]{0,80})$/],
  ["heading", /\[\[(?<target>[^[\]|#\n]{0,200})#(?<words>[^[\]|#^\n]{0,80})$/],
  ["note", /\[\[([^[\]|#\n]{0,80})$/],
  ["work", /(?:^|[\s([;-])@([\p{L}\p{N}_][\p{L}\p{N}_:.+/-]{0,60})$|\[@()$/u],
  ["tag", /(?:^|[\s(])#(\p{L}[\p{L}\p{N}_/-]{0,40})$/u],
];
const SCRIPT = /^\s*script:[ \t]*(\w{0,60})$/;
const CLOSED = ["note", "embed", "heading"];

function asked(box) {
  if (box.selectionStart !== box.selectionEnd) return null;
  return box === tags ? askedTag(box.selectionStart) : askedText(box.selectionStart);
}

function askedText(at) {
  const before = area.value.slice(0, at);
  const line = before.slice(before.lastIndexOf("\n") + 1);
  const triggers = inCode(before) ? [["analysis", SCRIPT]] : TRIGGERS;
  for (const [kind, pattern] of triggers) {
    const match = pattern.exec(line);
    if (match) {
      const named = match.groups || {};
      const words = named.words ?? (match.slice(1).find((part) => part !== undefined) || "");
      return { box: area, kind, words, target: named.target || "", start: at - words.length, at };
    }
  }
  return null;
}

// What stands between two commas, up to the caret; all of it is replaced.
function askedTag(at) {
  const { value } = tags, comma = value.indexOf(",", at);
  const words = value.slice(value.lastIndexOf(",", at - 1) + 1, at).trimStart();
  return { box: tags, kind: "tag", words: words.replace(/^#/, ""), target: "", start: at - words.length, at: comma < 0 ? value.length : comma };
}

function complete(box, even = false) {
  clearTimeout(waiting);
  const wanted = asked(box);
  if (!wanted || (box === tags && !wanted.words && !even)) return close();
  waiting = setTimeout(() => suggest(wanted), 90);
}

async function suggest(wanted) {
  if (asking) asking.abort();
  asking = new AbortController();
  const note = wanted.kind === "embed" ? noteId() : field("note").value;
  const query = new URLSearchParams({ kind: wanted.kind, q: wanted.words, note });
  if (wanted.target) query.set("target", wanted.target);
  const address = `/api/complete?${query}`;
  try {
    if (!known.has(address)) {
      const answer = await ask(address, { signal: asking.signal });
      known.set(address, (await answer.json()).results);
    }
  } catch {
    return;  // the letters stay as they were typed
  }
  const now = asked(wanted.box);
  if (now && ["kind", "words", "target"].every((part) => now[part] === wanted[part])) open(now, known.get(address));
}

function open(wanted, results) {
  const { box } = wanted;
  const usable = results.filter(({ insert }) => wanted.kind !== "tag" || (box === tags ? !isGiven(insert, wanted) : !/\s/.test(insert)));
  const isDone = usable.length === 1 && usable[0].insert === wanted.words;
  if (!usable.length || isDone || document.activeElement !== box) return close();
  shown = { ...wanted, results: usable };
  suggestions.open(box, usable, place, take);
}

// Whether the field has the tag already, elsewhere than where somebody types.
function isGiven(tag, { start, at }) {
  const others = [tags.value.slice(0, start), tags.value.slice(at)].join(",").split(",");
  return others.some((other) => other.trim().replace(/^#/, "").toLowerCase() === tag.toLowerCase());
}

function close() {
  clearTimeout(waiting);
  suggestions.close();
}

function take(at) {
  const { box, kind, start, results } = shown;
  const { insert } = results[at];
  const now = asked(box);  // somebody may have typed on since the list came
  const end = now && now.kind === kind && now.start === start ? now.at : shown.at;
  const closing = CLOSED.includes(kind) ? "]]" : kind === "work" && isBracketed(box.value, start, end) ? "]" : "";
  const isClosed = closing && box.value.startsWith(closing, end);
  clearTimeout(waiting);
  replace(start, isClosed ? end + closing.length : end, insert + closing, box);
  closedAt = closing === "]" ? box.selectionStart : -1;
}

// Whether a bracket was opened before a citation, and not closed behind it.
function isBracketed(value, start, end) {
  const line = value.slice(value.lastIndexOf("\n", start - 1) + 1, start);
  return /\[[^\]]*@$/.test(line) && !/^[^[\n]*\]/.test(value.slice(end));
}

// Tab leaves a field, and takes what is chosen in the text.
const handledByList = (event) => suggestions.handles(event, event.target === area);

for (const box of [area, tags]) {
  box.addEventListener("input", () => complete(box));
  box.addEventListener("blur", close);
  box.addEventListener("click", close);
  box.addEventListener("keyup", (event) => {
    if (["ArrowLeft", "ArrowRight", "Home", "End", "PageUp", "PageDown"].includes(event.key)) close();
  });
}
area.addEventListener("scroll", () => { if (suggestions.isOpen()) place(); });
tags.autocomplete = "off";
tags.addEventListener("keydown", (event) => {
  if (event.isComposing || handledByList(event) || event.key !== "ArrowDown") return;
  event.preventDefault();
  complete(tags, true);
});

/* Where lines and the caret are in the text area: a copy of it, laid out out of sight. */

const SAME = ["fontFamily", "fontSize", "fontWeight", "fontFeatureSettings", "lineHeight", "letterSpacing", "paddingTop",
  "paddingRight", "paddingBottom", "paddingLeft", "borderTopWidth", "borderRightWidth", "borderBottomWidth",
  "borderLeftWidth", "tabSize", "overflowWrap", "wordBreak"];

function mirrored(build) {
  const copy = document.createElement("div"), style = getComputedStyle(area);
  for (const name of SAME) copy.style[name] = style[name];
  Object.assign(copy.style, {
    position: "absolute", visibility: "hidden", top: "0", left: "-9999px", boxSizing: "border-box",
    whiteSpace: "pre-wrap", borderStyle: "solid", width: `${area.clientWidth + area.offsetWidth - area.clientWidth}px`,
    paddingRight: `${parseFloat(style.paddingRight) + area.offsetWidth - area.clientWidth - 2 * parseFloat(style.borderLeftWidth)}px`,
  });
  document.body.append(copy);
  const found = build(copy);
  copy.remove();
  return found;
}

function place() {
  const holder = list.offsetParent.getBoundingClientRect(), { left, top } = shown.box === area ? atCaret() : below(tags);
  list.style.top = `${top - holder.top}px`;
  list.style.left = `${Math.max(0, Math.min(left - holder.left, holder.width - list.offsetWidth))}px`;
}

function atCaret() {
  const caret = mirrored((copy) => {
    const point = document.createElement("span");
    point.textContent = "\u200b";
    copy.append(area.value.slice(0, shown.start), point);
    return { x: point.offsetLeft, y: point.offsetTop, height: point.offsetHeight };
  });
  const box = area.getBoundingClientRect(), holder = list.offsetParent.getBoundingClientRect();
  const top = box.top + caret.y - area.scrollTop + caret.height + 4;
  return { left: box.left + caret.x, top: Math.min(Math.max(top, holder.top), box.bottom) };
}

function below(box) {
  const { left, bottom } = box.getBoundingClientRect();
  return { left, top: bottom + 4 };
}

/* The preview, kept in step with the text. */

const preview = document.getElementById("preview");
const room = preview.closest(".preview");
let rendering = null, later = 0, anchors = null;

async function render() {
  if (rendering) rendering.abort();
  rendering = new AbortController();
  try {
    const answer = await ask("/preview", { method: "POST", body: typed(), signal: rendering.signal });
    preview.innerHTML = await answer.text();
    preview.removeAttribute("aria-busy");
    if (window.htmx) window.htmx.process(preview);
  } catch (error) {
    if (error.name === "AbortError") return;
    const problem = document.createElement("div"), words = document.createElement("p");
    problem.className = "problem";
    words.textContent = `There is no preview now: ${error.message}`;
    problem.append(words);
    preview.replaceChildren(problem);
  }
  anchors = null;
  if (leader !== room) follow(area, room);
}

// A run that ends reloads the page of its note; here the preview is enough.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const answer = event.detail.xhr, isNews = ["HX-Refresh", "HX-Replace-Url"].some((name) => answer.getResponseHeader(name));
  if (!isNews || !room.contains(event.detail.elt)) return;
  event.preventDefault();
  render();
});

function renderLater() {
  clearTimeout(later);
  later = setTimeout(render, 350);
}

form.addEventListener("input", (event) => {
  anchors = null;
  if (event.target.type !== "file") renderLater();
});
new ResizeObserver(() => { anchors = null; }).observe(area);
new ResizeObserver(() => { anchors = null; }).observe(preview);

// Pairs of heights that show the same line: in the text area, in the preview.
function pairs() {
  if (anchors) return anchors;
  const holder = preview.querySelector("[data-places]");
  const places = holder ? JSON.parse(holder.dataset.places) : [];
  const tops = previewTops(places), lines = lineTops(places.map(([, line]) => line));
  anchors = [[0, 0]];
  places.forEach((_, at) => {
    const [y, other] = anchors.at(-1);
    if (tops[at] !== undefined && lines[at] > y && tops[at] > other) anchors.push([lines[at], tops[at]]);
  });
  anchors.push([Math.max(area.scrollHeight, anchors.at(-1)[0] + 1), Math.max(room.scrollHeight, anchors.at(-1)[1] + 1)]);
  return anchors;
}

function previewTops(places) {
  const map = window.TextMap.read(preview);
  const offsets = unitsOf(map.text, places.map(([start]) => start));
  const origin = room.getBoundingClientRect().top - room.scrollTop;
  let run = 0;
  return offsets.map((start) => {
    while (run < map.runs.length && map.runs[run].at + map.runs[run].length <= start) run += 1;
    if (run === map.runs.length) return undefined;
    const range = document.createRange(), { node, element } = map.runs[run];
    if (node) range.selectNodeContents(node);
    else range.selectNode(element);
    const box = range.getClientRects()[0];
    return box && box.top - origin;
  });
}

// Places count characters, as Python does; the browser counts UTF-16 units.
function unitsOf(text, points) {
  let at = 0, units = 0;
  return points.map((point) => {
    for (; at < point && units < text.length; at += 1) units += text.codePointAt(units) > 0xffff ? 2 : 1;
    return units;
  });
}

function lineTops(wanted) {
  return mirrored((copy) => {
    const rows = area.value.split("\n").map((line) => {
      const row = document.createElement("div");
      row.textContent = line || "\u200b";
      return row;
    });
    copy.append(...rows);
    return wanted.map((line) => rows[Math.min(Math.max(line, 1), rows.length) - 1].offsetTop);
  });
}

// The one that somebody scrolls leads, the other follows.
let leader = null;
for (const one of [area, room]) {
  for (const type of ["wheel", "touchstart", "pointerdown", "keydown", "focus"]) {
    one.addEventListener(type, () => { leader = one; }, { passive: true });
  }
  one.addEventListener("scroll", () => {
    if (leader === one) requestAnimationFrame(() => follow(one, one === area ? room : area));
  }, { passive: true });
}

function follow(from, to) {
  if (!window.TextMap || room.scrollHeight <= room.clientHeight || area.scrollHeight <= area.clientHeight) return;
  const [own, other] = from === area ? [0, 1] : [1, 0];
  const places = pairs(), most = from.scrollHeight - from.clientHeight;
  if (from.scrollTop >= most - 1) {
    to.scrollTop = to.scrollHeight;
    return;
  }
  let at = places.findIndex((pair) => pair[own] > from.scrollTop);
  at = at < 0 ? places.length - 1 : Math.max(at, 1);
  const [before, after] = [places[at - 1], places[at]];
  const part = (from.scrollTop - before[own]) / (after[own] - before[own]);
  to.scrollTop = before[other] + part * (after[other] - before[other]);
}

/* Images and PDF: pasted, dropped or chosen, stored at once, and linked. */

const wrongUpload = document.getElementById("upload-wrong");
let uploads = 0, isAtToolbar = false;

function noteId() {
  const folders = JSON.parse(form.dataset.folders);
  const file = field("id") ? field("id").value.trim() : "";
  return field("note").value || file || `${folders[field("kind").value] || ""}x`;
}

// Below the paragraph, quotation or code where the caret is, with empty lines around it.
function insertBlock(text) {
  const { value, selectionEnd } = area;
  const end = /\n[ \t]*\n/g;
  end.lastIndex = Math.max(0, selectionEnd - 1);
  const found = value.slice(0, selectionEnd).trim() && !/\n[ \t]*\n$/.test(value.slice(0, selectionEnd)) ? end.exec(value) : { index: selectionEnd };
  let at = found ? found.index : value.length;
  while (at < value.length && inCode(value.slice(0, at))) {
    const next = value.indexOf("\n", at + 1);
    at = next < 0 ? value.length : next;
  }
  const before = value.slice(0, at), after = value.slice(at);
  const above = !before.trim() || /\n[ \t]*\n$/.test(before) ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  const below = /^[ \t]*(\n[ \t]*\n|\n?$)/.test(after) ? "" : after.startsWith("\n") ? "\n" : "\n\n";
  replace(at, at, above + text + below);
  return above + text + below;
}

// Stores a file and links it; its path. What is not taken leaves the text as it was.
async function upload(file) {
  uploads += 1;
  const name = file.name || "image";
  const holder = `![${name.replace(/[[\]\\]/g, "")} is being stored ${uploads}]()`;
  const placed = insertBlock(holder);
  const data = new FormData();
  data.append("note", noteId());
  data.append("file", file, name);
  try {
    const answer = await ask("/media", { method: "POST", body: data });
    const { path, markdown } = await answer.json();
    replaceQuietly(holder, markdown);
    return path;
  } catch (error) {
    replaceQuietly(area.value.includes(placed) ? placed : holder, "");
    throw error;
  }
}

// What went wrong is said where somebody looks: at the control, or above the text.
async function uploadAll(files, isAtControl = false) {
  const stored = [], wrong = [];
  wrongUpload.textContent = "";
  news("");
  for (const file of files) {
    try {
      if (/\.bib$/i.test(file.name)) await takeBibtex(file);
      else stored.push(await upload(file));
    } catch (error) {
      wrong.push(error.message);
    }
  }
  if (wrong.length && isAtControl) {
    wrongUpload.textContent = wrong.join(" ");
    wrongUpload.scrollIntoView({ block: "nearest" });
  } else if (wrong.length) {
    news(wrong.join(" "), { isWrong: true });
  } else if (stored.length) {
    news(`Stored as ${stored.join(", ")}.`);
  }
}

/* One line above the text: what became of what somebody brought. The newest takes its place. */

const newsLine = document.getElementById("news");

function news(words, { isWrong = false, does = {} } = {}) {
  const said = document.createElement("p");
  said.textContent = words;
  for (const [name, act] of Object.entries(does)) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: name });
    button.addEventListener("click", act);
    said.append(" ", button);
  }
  newsLine.replaceChildren(said);
  newsLine.classList.toggle("is-wrong", isWrong);
  newsLine.hidden = !words;
  if (words) newsLine.scrollIntoView({ block: "nearest" });
}

area.addEventListener("paste", (event) => {
  const files = [...event.clipboardData.files], text = event.clipboardData.getData("text/plain");
  if (files.length && !text) {
    event.preventDefault();
    uploadAll(files);
  } else if (isBibtex(text) && text !== declined && !field("bibtex").value.trim() && !inCode(area.value.slice(0, area.selectionStart))) {
    event.preventDefault();  // pasted once more, it goes into the text
    bringBibtex(text);
  }
});
const brings = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");
area.addEventListener("dragover", (event) => {
  if (!brings(event)) return;
  event.preventDefault();
  area.classList.add("over");
});
for (const type of ["dragleave", "drop"]) area.addEventListener(type, () => area.classList.remove("over"));
area.addEventListener("drop", (event) => {
  if (!brings(event)) return;
  event.preventDefault();
  uploadAll([...event.dataTransfer.files]);
});
field("file").addEventListener("change", async () => {
  const files = [...field("file").files], isAtControl = !isAtToolbar;
  field("file").value = "";
  isAtToolbar = false;
  await uploadAll(files, isAtControl);
});
form.querySelector("[value=attach]").hidden = true;

/* BibTeX fills the fields that are empty. */

const isBibtex = (text) => /^\s*@\w+\s*\{[^,]*,/.test(text || "");

let declined = "", filling = null;

// A file that is dropped: its entries go where those that are pasted go.
async function takeBibtex(file) {
  const text = await file.text(), { value } = field("bibtex");
  if (value.trim() && value.trim() !== text.trim()) {
    throw new Error(`${file.name} was not taken: the field BibTeX holds another entry already.`);
  }
  await bringBibtex(text);
}

// A note that says of no work that it is about it is asked first.
function bringBibtex(text) {
  const isAbout = !field("note").value || field("kind").value === "paper"
    || ["bibtex", "citekey", "authors", "doi", "arxiv"].some((name) => field(name).value.trim());
  if (isAbout) return fillFrom(text);
  const keys = keysOf(text);
  news(`This is BibTeX, of ${keys.length === 1 ? keys[0] : `${keys.length} works`}.`, {
    does: {
      "Cite it": () => cite(text, keys),
      "This note is about it": () => fillFrom(text),
      "Put it into the text": () => {
        news("");
        replace(area.selectionStart, area.selectionEnd, text);
      },
    },
  });
  return null;
}

const keysOf = (text) => [...text.matchAll(/@(?!string\b|comment\b|preamble\b)\w+\s*\{\s*([^\s,{}]+)\s*,/gi)].map((entry) => entry[1]);

// A citation at the caret; at the end of the text the entries, if the library does not know them.
async function cite(text, keys) {
  const known = await Promise.all(keys.map(isKnown)), isNew = known.includes(false);
  const { selectionStart: start, selectionEnd: end } = area;
  const citation = `[${keys.map((key) => `@${key}`).join("; ")}]`;
  replace(start, end, citation);
  if (isNew) {
    const { value } = area, gap = !value || value.endsWith("\n\n") ? "" : value.endsWith("\n") ? "\n" : "\n\n";
    replace(value.length, value.length, `${gap}\`\`\`bibtex\n${text.trim()}\n\`\`\`\n`);
    area.setSelectionRange(start + citation.length, start + citation.length);
  }
  news(`Cited as ${citation}.${isNew ? " The BibTeX stands at the end of the text." : " The library knows it already."}`);
}

async function isKnown(key) {
  const answer = await ask(`/api/complete?${new URLSearchParams({ kind: "work", q: key, note: "" })}`).catch(() => null);
  return Boolean(answer) && (await answer.json()).results.some(({ insert }) => insert === key);
}

async function fillFrom(text) {
  const fields = [...form.elements].filter((one) => one.name && one.matches("input:not([type=hidden], [type=file]), select, textarea"));
  const names = fields.map(({ name }) => name);
  const values = () => Object.fromEntries(names.map((name) => [name, field(name).value]));
  const before = values();
  if (!before.bibtex.trim()) field("bibtex").value = text;
  const data = typed();
  data.set("bibtex", text);
  field("bibtex").closest("details").open = true;
  try {
    const found = await (await ask("/bibtex", { method: "POST", body: data })).json();
    for (const [name, value] of Object.entries(found.fields)) {
      if (names.includes(name) && !field(name).value.trim()) field(name).value = value;
    }
    said("bibtex", "");
    if (found.kind !== field("kind").value) changeKind(found.kind);
    filling = { text, before, after: values(), isLast: true };
    news(found.told, { does: { Undo: unfill } });
  } catch (error) {
    said("bibtex", error.message);
  }
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

// Back to what the fields held before, but for those that somebody has changed since.
function unfill() {
  const { text, before, after } = filling;
  for (const [name, value] of Object.entries(before)) {
    if (field(name).value === after[name]) field(name).value = value;
  }
  kind = field("kind").value;
  filling = null;
  declined = text;
  news("The fields are as they were. Pasted once more, it goes into the text.");
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

form.addEventListener("input", (event) => {
  if (event.isTrusted && filling) filling.isLast = false;
});
form.addEventListener("keydown", (event) => {
  if (!filling?.isLast || event.key !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
  event.preventDefault();
  unfill();
});

function said(name, words) {
  const place = field(name);
  let wrong = document.getElementById(`wrong-${name}`);
  if (!wrong) {
    wrong = document.createElement("span");
    Object.assign(wrong, { id: `wrong-${name}`, className: "wrong" });
    wrong.setAttribute("role", "alert");
    place.after(wrong);
  }
  wrong.textContent = words;
  place.toggleAttribute("aria-invalid", Boolean(words));
  if (words) {
    place.setAttribute("aria-invalid", "true");
    place.setAttribute("aria-describedby", wrong.id);
  }
}

form.querySelector("[value=bibtex]").addEventListener("click", (event) => {
  event.preventDefault();
  fillFrom(field("bibtex").value);
});
for (const name of ["bibtex", "title"]) {
  field(name).addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain");
    if (!isBibtex(text) || field("bibtex").value.trim()) return;
    event.preventDefault();
    fillFrom(text);
  });
}

/* Another kind, another beginning: as long as the text is still the one that a kind begins with. */

let kind = field("kind").value;

function changeKind(to) {
  const starts = JSON.parse(form.dataset.starts);
  const isUntouched = !field("note").value && area.value.trim() === (starts[kind] || "").trim();
  if (isUntouched && area.value !== starts[to]) area.value = starts[to] || "";
  field("kind").value = kind = to;
}
field("kind").addEventListener("change", () => {
  changeKind(field("kind").value);
  form.dispatchEvent(new Event("input", { bubbles: true }));
});

/* Drafts: what is typed is kept on the server, a moment after it is typed. */

const kept = document.getElementById("kept");
const KEEP_AFTER = 1500, KEEP_AT_LEAST = 6000, BEACON = 60000;
let dirty = false, since = 0, keeping = null, timer = 0, leaving = false;

form.addEventListener("input", (event) => {
  if (event.target.type === "file") return;
  if (!dirty) since = Date.now();
  dirty = true;
  clearTimeout(timer);
  timer = setTimeout(keep, Math.max(0, Math.min(KEEP_AFTER, since + KEEP_AT_LEAST - Date.now())));
});

function keep() {
  if (!keeping && !leaving && dirty) keeping = keepNow();
}

async function keepNow() {
  dirty = false;
  try {
    const answer = await ask("/drafts", { method: "POST", body: typed() });
    const { at } = await answer.json();
    kept.textContent = at ? `Kept as a draft at ${new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}` : "As it is saved";
    if (!dirty) unsaved = false;  // of gloss.js: the browser need not ask before it leaves
    // A reload goes on where it was.
    history.replaceState(null, "", `${form.getAttribute("action")}${at && `?draft=${field("draft").value}`}`);
  } catch (error) {
    dirty = true;
    kept.textContent = `Not kept as a draft: ${error.message}`;
    timer = setTimeout(keep, 2 * KEEP_AT_LEAST);
  } finally {
    keeping = null;
  }
  if (dirty && !leaving) {
    since = Date.now();
    clearTimeout(timer);
    timer = setTimeout(keep, KEEP_AFTER);
  }
}

// A draft that is on its way arrives before the save that drops it.
form.addEventListener("submit", async (event) => {
  leaving = true;
  clearTimeout(timer);
  if (!keeping) return;
  event.preventDefault();
  await Promise.race([keeping, new Promise((done) => setTimeout(done, 3000))]);
  keeping = null;
  form.requestSubmit(event.submitter);
});
// Back from the next page, the browser shows this one as it was.
window.addEventListener("pageshow", (event) => { if (event.persisted) leaving = false; });
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "hidden" || !dirty || leaving) return;
  const data = new URLSearchParams([...typed()]);
  fetch("/drafts", { method: "POST", body: data, keepalive: data.toString().length < BEACON }).catch(() => {});
});

// The preview is there already: the button goes to it.
for (const button of form.querySelectorAll("[value=preview]")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    render();
    room.scrollIntoView({ block: "start" });
    room.focus({ preventScroll: true });
  });
}
render();

// Opened for a line: the caret is before it, nothing is chosen that a key would replace, and the line
// is in sight: in the text as in the window.
const wanted = Number(area.dataset.line);
if (wanted > 0) goTo(Math.min(wanted, area.value.split("\n").length));

function goTo(number) {
  const lines = area.value.split("\n"), words = lines[number - 1].trim();
  const start = lines.slice(0, number - 1).reduce((sum, line) => sum + line.length + 1, 0);
  area.focus({ preventScroll: true });
  area.setSelectionRange(start, start);
  const inFile = number + Number(area.dataset.above);
  kept.textContent = `The cursor is at line ${inFile} of the file${words && `: ${words.length > 60 ? `${words.slice(0, 60)} …` : words}`}`;
  const [top] = lineTops([number]);
  area.scrollTop = top - area.clientHeight / 3;
  const inWindow = area.getBoundingClientRect().top + top - area.scrollTop;
  scrollBy({ top: inWindow - innerHeight * 0.4, behavior: "instant" });
}
})();
