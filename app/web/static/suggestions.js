// A list of suggestions at a field: the combobox pattern. Arrows choose, Enter takes, Escape leaves.
"use strict";

window.Suggestions = (list, tell) => {
  let box = null, chosen = 0, take = null;

  // `place` puts the list where it belongs; `takes` is called with the number of what was taken.
  function open(at, results, place, takes) {
    if (box && box !== at) close();
    box = at;
    take = (number) => { close(); takes(number); };
    list.replaceChildren(...results.map(option));
    list.hidden = false;
    box.setAttribute("role", "combobox");
    box.setAttribute("aria-autocomplete", "list");
    box.setAttribute("aria-haspopup", "listbox");
    box.setAttribute("aria-expanded", "true");
    box.setAttribute("aria-controls", list.id);
    place();
    choose(0);  // it scrolls there
    tell(`${results.length} ${results.length === 1 ? "suggestion" : "suggestions"}. Arrows choose, Enter takes, Escape leaves.`);
  }

  function option({ label, detail }, at) {
    const item = document.createElement("li");
    item.id = `suggestion-${at}`;
    item.setAttribute("role", "option");
    item.textContent = label;
    if (detail) {
      const more = document.createElement("span");
      more.className = "detail";
      more.textContent = detail;
      item.append(" ", more);
    }
    item.addEventListener("mousedown", (event) => event.preventDefault());
    item.addEventListener("click", () => take(at));
    return item;
  }

  function choose(at) {
    const items = [...list.children];
    chosen = (at + items.length) % items.length;
    items.forEach((item, number) => item.setAttribute("aria-selected", String(number === chosen)));
    box.setAttribute("aria-activedescendant", items[chosen].id);
    items[chosen].scrollIntoView({ block: "nearest" });
  }

  function close() {
    if (!box) return;
    list.hidden = true;
    for (const name of ["role", "aria-autocomplete", "aria-haspopup", "aria-expanded", "aria-controls", "aria-activedescendant"]) {
      box.removeAttribute(name);
    }
    box = null;
    tell("");
  }

  // The list has the keys that it understands; true if this was one of them.
  function handles(event, takesTab = false) {
    if (!box || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return false;
    const does = {
      ArrowDown: () => choose(chosen + 1), ArrowUp: () => choose(chosen - 1),
      Enter: () => take(chosen), Tab: takesTab && (() => take(chosen)), Escape: close,
    }[event.key];
    if (!does) return false;
    event.preventDefault();
    event.stopPropagation();
    does();
    return true;
  }

  return { open, close, handles, isOpen: () => box !== null };
};
