// Comfort for what analyses computed: sliders, what is open stays open, other tabs agree.
"use strict";

// A slider and a number stand for one value. The number counts; over many powers of ten the slider
// goes by their logarithm.
const STEPS = 1000;

function scaleOf(slider) {
  const least = Number(slider.dataset.min), most = Number(slider.dataset.max);
  const shift = least > 0 ? 0 : 1, low = least + shift, factor = (most + shift) / low;
  const byPowers = least >= 0 && factor >= 1000 && factor < 1e15;
  const whole = slider.dataset.step === "1";
  return {
    toPlace: (value) => byPowers
      ? STEPS * Math.log((value + shift) / low) / Math.log(factor)
      : STEPS * (value - least) / (most - least),
    toValue: (place) => {
      const value = byPowers
        ? low * factor ** (place / STEPS) - shift
        : least + (most - least) * (place / STEPS);
      if (whole) return Math.min(most, Math.max(least, Math.round(rounded(value, least, most, byPowers))));
      return Math.min(most, Math.max(least, rounded(value, least, most, byPowers)));
    },
  };
}

// No more digits than the slider can tell apart.
function rounded(value, least, most, byPowers) {
  if (byPowers) return Number(value.toPrecision(2));
  const digits = Math.max(0, Math.ceil(-Math.log10((most - least) / STEPS)));
  return Number(value.toFixed(Math.min(12, digits)));
}

function furnish(root) {
  root.querySelectorAll("input[type=range][data-for]:not([data-min])").forEach((slider) => {
    const number = document.getElementById(slider.dataset.for);
    if (!number) return;
    Object.assign(slider.dataset, { min: slider.min, max: slider.max, step: slider.step });
    Object.assign(slider, { min: 0, max: STEPS, step: 1 });
    slider.value = scaleOf(slider).toPlace(Number(number.value));
  });
}

document.addEventListener("input", (event) => {
  const field = event.target;
  if (field.matches("input[type=range][data-for]")) {
    document.getElementById(field.dataset.for).value = scaleOf(field).toValue(Number(field.value));
  } else if (field.id) {
    const slider = document.querySelector(`input[type=range][data-for="${CSS.escape(field.id)}"]`);
    if (slider && field.value !== "") slider.value = scaleOf(slider).toPlace(Number(field.value));
  }
});

// What is open, scrolled or typed stays so when a figure is put in place of its older state.
let before = new Map();

document.addEventListener("htmx:beforeSwap", (event) => {
  before = new Map();
  for (const part of event.detail.target.querySelectorAll("details[id]")) {
    const box = part.querySelector("pre");
    const atEnd = box && box.scrollTop + box.clientHeight >= box.scrollHeight - 4;
    before.set(part.id, { open: part.open, top: box ? box.scrollTop : 0, atEnd });
  }
  // After the form was sent, the answer says what was typed.
  if (event.detail.requestConfig.verb !== "get") return;
  for (const field of event.detail.target.querySelectorAll("form.params [id][name]")) {
    if (typed(field)) before.set(field.id, { value: field.value, checked: field.checked });
  }
});

document.addEventListener("htmx:afterSwap", () => {
  furnish(document);
  for (const [id, state] of before) {
    const part = document.getElementById(id);
    if (!part) continue;
    if ("value" in state) {
      Object.assign(part, state);
      part.dispatchEvent(new Event("input", { bubbles: true }));
      continue;
    }
    part.open = state.open;
    const box = part.querySelector("pre");
    if (box && state.open) box.scrollTop = state.atEnd ? box.scrollHeight : state.top;
  }
});

// Where a browser keeps nothing for us, nothing is taken up again.
const shelf = (() => {
  try { return sessionStorage; } catch { return { getItem: () => null, setItem() {}, removeItem() {} }; }
})();

// A control that had the focus may be gone from the figure that comes in its place (Cancel, when the
// run has ended), or the whole page is loaded anew: then the focus goes to what begins the next run.
const HELD = "gloss-focus";
let held = "";

function hold() {
  const has = document.activeElement;
  return has && has.closest("figure.cell") ? has.id : "";
}

function giveBack(id) {
  if (!id || (document.activeElement && document.activeElement !== document.body)) return;
  const instead = id.replace(/^(cancel|rerun)-/, "run-");
  (document.getElementById(id) || document.getElementById(instead))?.focus({ preventScroll: true });
}

document.addEventListener("htmx:beforeSwap", () => { held = hold(); });
document.addEventListener("htmx:afterSwap", () => { giveBack(held); held = ""; });
addEventListener("pagehide", () => {
  const id = hold();
  if (id) shelf.setItem(HELD, JSON.stringify([location.pathname, id]));
});

// Only where the page itself was loaded again, not where somebody came back to it later.
function takeUp() {
  const [path, id] = JSON.parse(shelf.getItem(HELD) || "[]");
  shelf.removeItem(HELD);
  if (path === location.pathname && performance.getEntriesByType("navigation")[0]?.type === "reload") giveBack(id);
}

document.addEventListener("toggle", (event) => {
  const box = event.target.open && event.target.querySelector("pre.tail");
  if (box) box.scrollTop = box.scrollHeight;
}, true);

function typed(field) {
  if (field.type === "checkbox") return field.checked !== field.defaultChecked;
  if (field.options) return [...field.options].some((option, place) =>
    option.selected !== (option.defaultSelected || (place === 0 && !field.querySelector("[selected]"))));
  return "defaultValue" in field && field.type !== "hidden" && field.type !== "range"
    && field.value !== field.defaultValue;
}

// Several tabs agree: while this one is looked at, it asks what happened to its figures elsewhere.
const NEWS_SECONDS = 5;
let asking = !location.pathname.startsWith("/runs/");  // the page of a run tells of that run alone

async function news() {
  const figures = [...document.querySelectorAll("figure[data-state]")]
    .filter((figure) => !figure.closest(".preview"));
  if (document.hidden || !figures.length || !asking) return;
  const asks = figures.map((figure) => [figure, new URLSearchParams(figure.dataset.asks)]);
  for (const note of new Set(asks.map(([, ask]) => ask.get("note")))) {
    await newsOf(note, asks.filter(([, ask]) => ask.get("note") === note));
  }
}

// What the address chooses is of the page's own note, not of one that is embedded in it.
async function newsOf(note, figures) {
  const isOwn = !note || decodeURIComponent(location.pathname) === `/notes/${note}`;
  const query = new URLSearchParams(isOwn ? location.search : "");
  for (const name of ["note", "known", "script"]) query.delete(name);
  query.set(note ? "note" : "script", note || figures[0][1].get("block"));
  figures.forEach(([figure, ask]) => query.append("known", `${ask.get("block")}:${figure.dataset.state}`));
  const answer = await fetch(`/runs/news?${query}`).catch(() => null);
  if (answer && !answer.ok) asking = false;  // the note is gone, or the person signed out
  if (!answer || answer.status !== 200) return;
  const changed = await answer.json();
  for (const [figure, ask] of figures) {
    const run = changed[ask.get("block")];
    if (run && figure.isConnected && !figure.querySelector(".live")) look(figure, run);
  }
}

// Where something was typed the page stays, and only the figure is put anew; also where loading the
// page for the same news did not help before, since the server keeps pages until it sees a change.
function look(figure, run) {
  const told = `news ${location.pathname} ${figure.id} ${run} ${figure.dataset.state}`;
  const stays = [...document.querySelectorAll("input, textarea, select")].some(typed)
    || shelf.getItem(told);
  shelf.setItem(told, "1");
  const path = `/runs/${run}/cell?${figure.dataset.asks}${stays ? "&tab=1" : ""}`;
  htmx.ajax("GET", path, { source: figure, target: figure, swap: "outerHTML" });
}

setInterval(news, NEWS_SECONDS * 1000);
document.addEventListener("visibilitychange", news);
furnish(document);
takeUp();
