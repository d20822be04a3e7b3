// The search page: by arrow keys from the box to a hit and back, what a screen reader is told, and
// that nothing typed and no place is lost on the way here and back.
"use strict";

(() => {
  const POLITE = 700; // milliseconds without a change before it is said

  const box = document.getElementById("find"), said = document.getElementById("said");
  const hits = () => [...document.querySelectorAll("#hits h2 a")];
  let waiting = 0, asked = -1; // the number of hits when more were asked for

  function say(words) {
    clearTimeout(waiting);
    waiting = setTimeout(() => { said.textContent = words; }, POLITE);
  }

  function step(event) {
    const down = event.key === "ArrowDown", all = hits(), at = all.indexOf(document.activeElement);
    if (event.target === box ? !down || !all.length : at < 0) return;
    event.preventDefault();
    const next = all[at + (down ? 1 : -1)] || (down ? document.querySelector("#hits .more a") : box);
    if (next) next.focus();
  }

  // What was typed on the page before, and here before the scripts were ready, is searched for.
  // The box has the focus again after Enter, and after Back the hit that was opened.
  function resume() {
    const typed = carried();
    const begun = box.value === box.defaultValue ? "" : box.value;
    document.removeEventListener("keydown", early.keep);
    if (typed !== null && typed !== box.defaultValue) box.value = typed + early.letters + begun;
    else if (box.autofocus && early.letters) box.value = early.letters + begun;
    if (box.value !== box.defaultValue) htmx.trigger(box, "carried");
    if (typed === null) return reopen();
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
  }

  function carried() {
    try {
      const typed = sessionStorage.getItem("typed");
      sessionStorage.removeItem("typed");
      return typed;
    } catch { return null; }
  }

  function reopen() {
    const [way] = performance.getEntriesByType("navigation"), opened = (history.state || {}).opened;
    const hit = hits().find((each) => each.getAttribute("href") === opened);
    if (hit && way && way.type === "back_forward") hit.focus({ preventScroll: true });
  }

  if (box.autofocus) box.focus(); // the browser itself waits for the styles, and loses letters
  document.addEventListener("DOMContentLoaded", resume);

  // Where there is no column for them, what the hits may be narrowed down to is folded.
  const wide = matchMedia("(min-width: 761px)");
  function unfold() {
    const facets = document.querySelector(".facets details");
    if (facets) facets.open = wide.matches;
  }
  wide.addEventListener("change", unfold);

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") step(event);
    if (event.key === "Escape" && event.target.closest && event.target.closest("main, #found")
      && !document.querySelector("dialog[open]")) {
      box.focus();
      box.select();
    }
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("#hits a");
    if (!link) return;
    if (link.closest(".more")) asked = hits().length;
    else history.replaceState({ ...history.state, opened: link.getAttribute("href") }, "");
  });

  // The first of the new hits takes the focus of the button that fetched them.
  document.addEventListener("htmx:afterSettle", () => {
    const found = document.getElementById("found"), all = hits();
    if (asked >= 0 && all.length > asked) {
      all[asked].focus();
      say(`${all.length} of ${found.dataset.total} shown`);
      asked = -1;
    }
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    const found = document.getElementById("found");
    if (event.detail.target.matches(".facets")) unfold();
    if (event.detail.requestConfig.elt !== box) return;
    asked = -1;
    document.title = document.title.replace(/^.*(?= · )/s, box.value.trim() || "Search");
    say(found.dataset.said);
  });
})();
