// A field that names a note: suggestions while somebody types, as for a link in the editor.
"use strict";

(() => {
  const list = Object.assign(document.createElement("ul"), { id: "notes-suggested", className: "suggestions", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Notes");
  const told = Object.assign(document.createElement("p"), { className: "hidden" });
  told.setAttribute("role", "status");
  const suggestions = Suggestions(list, (words) => { told.textContent = words; });
  let waiting = 0, asking = null;

  const named = (field) => field.value.trim().replace(/^\[\[/, "");
  const isField = (element) => element instanceof Element && element.matches("input[data-names-note]");

  function complete(field) {
    clearTimeout(waiting);
    waiting = setTimeout(() => suggest(field), 90);
  }

  async function suggest(field) {
    if (asking) asking.abort();
    asking = new AbortController();
    const words = named(field);
    const query = new URLSearchParams({ kind: "note", q: words, note: field.dataset.namesNote });
    try {
      const answer = await fetch(`/api/complete?${query}`, { headers: { Accept: "application/json" }, signal: asking.signal });
      if (answer.ok) offer(field, words, (await answer.json()).results);
    } catch {
      // the letters stay as they were typed
    }
  }

  function offer(field, words, found) {
    const results = found.map((each) => ({ ...each, insert: each.insert.split("|")[0] }));
    const isDone = results.length === 1 && results[0].insert === words;
    if (!results.length || isDone || named(field) !== words || document.activeElement !== field) return suggestions.close();
    if (list.previousElementSibling !== field.closest("label")) field.closest("label").after(list, told);
    suggestions.open(field, results, () => place(field), (number) => choose(field, results[number].insert));
  }

  function choose(field, name) {
    field.value = name;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function place(field) {
    const around = list.offsetParent, holder = around.getBoundingClientRect(), { left, bottom } = field.getBoundingClientRect();
    list.style.top = `${bottom + 4 - holder.top + around.scrollTop - around.clientTop}px`;
    list.style.left = `${Math.max(0, Math.min(left - holder.left, holder.width - list.offsetWidth))}px`;
  }

  document.addEventListener("input", (event) => { if (isField(event.target)) complete(event.target); });
  document.addEventListener("focusout", (event) => { if (isField(event.target)) suggestions.close(); });
  // Before the margin hears of it: Escape leaves the list, not the thread.
  document.addEventListener("keydown", (event) => {
    if (!isField(event.target) || event.isComposing || suggestions.handles(event) || event.key !== "ArrowDown") return;
    event.preventDefault();
    complete(event.target);
  }, true);
})();
