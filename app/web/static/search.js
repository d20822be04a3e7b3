// The search page: by arrow keys from the box to a hit and back, and what a screen reader is told.
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
    if (event.target.closest && event.target.closest("#hits .more a")) asked = hits().length;
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
    if (event.detail.requestConfig.elt !== box) return;
    asked = -1;
    document.title = document.title.replace(/^.*(?= · )/s, box.value.trim() || "Search");
    say(found.dataset.said);
  });
})();
