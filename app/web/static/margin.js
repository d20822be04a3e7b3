// The margin: marks in the text, threads beside it, and a bar on what is selected.
//
// Our own, not @recogito/text-annotator: that counts raw text nodes, so each formula three times
// and what is generated too, and knows nothing that must be marked whole. text_map.js counts as
// the server does. Marks are CSS highlights, which leave the page as it is: what is selected,
// copied or mapped knows nothing of them. Only formulas, which are atoms, carry an attribute.
"use strict";

(() => {
  const note = document.getElementById("note"), margin = document.getElementById("margin");
  if (!note || !margin) return;
  const list = margin.querySelector(".threads"), bar = document.getElementById("marker");
  const sheet = document.getElementById("sheet");
  const wide = matchMedia("(min-width: 1081px)");
  const COLOURS = ["yellow", "green", "blue", "rose", "violet"];
  let map, marks = [], active = [];

  // Marks

  function refresh() {
    map = map || positions(TextMap.read(note));
    marks = [...margin.querySelectorAll(".thread[data-start]")].map((thread) => {
      const start = map.units(+thread.dataset.start), end = map.units(+thread.dataset.end);
      const ranges = TextMap.toRanges(map, start, end);
      return { thread, start, end, ranges, colour: thread.dataset.colour };
    }).filter((mark) => mark.ranges.length);
    active = active.filter((thread) => thread.isConnected);
    paint();
    settleMargin();
  }

  // Stored positions count characters, the page counts UTF-16 units.
  function positions(read) {
    const pairs = [];
    for (const match of read.text.matchAll(/[\u{10000}-\u{10ffff}]/gu)) pairs.push(match.index);
    const units = (points) => {
      let low = 0, high = pairs.length; // how many pairs begin before the character `points`
      while (low < high) {
        const middle = (low + high) >> 1;
        if (pairs[middle] - middle < points) low = middle + 1; else high = middle;
      }
      return points + low;
    };
    const points = (unit) => unit - pairs.filter((at) => at < unit).length;
    return { ...read, units, points };
  }

  function paint() {
    for (const formula of note.querySelectorAll("[data-mark]")) {
      for (const name of ["mark", "two", "active"]) delete formula.dataset[name];
    }
    const groups = Object.fromEntries([...COLOURS, "two", "active"].map((name) => [name, []]));
    for (const mark of marks) {
      groups[mark.colour].push(...mark.ranges);
      if (active.includes(mark.thread)) groups.active.push(...mark.ranges);
    }
    for (const [start, end] of twice(marks)) groups.two.push(...TextMap.toRanges(map, start, end));
    for (const [name, ranges] of Object.entries(groups)) show(name, ranges);
  }

  function show(name, ranges) {
    const words = [];
    for (const range of ranges) {
      const element = elementOf(range);
      if (!element) words.push(range);
      else if (COLOURS.includes(name)) element.dataset.mark = name;
      else element.dataset[name] = "";
    }
    if (!window.Highlight) return;
    const painted = new Highlight(...words);
    painted.priority = { two: 1, active: 2 }[name] || 0;
    CSS.highlights.set(`gloss-${name}`, painted);
  }

  // The element that a range selects as a whole, where it is no text.
  function elementOf(range) {
    const { startContainer: node, startOffset: at } = range;
    return node.nodeType === Node.ELEMENT_NODE ? node.childNodes[at] : null;
  }

  // The stretches of the text that more than one mark covers.
  function twice(marks) {
    const ends = marks.flatMap(({ start, end }) => [[start, 1], [end, -1]]);
    ends.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const found = [];
    let depth = 0, from = 0;
    for (const [at, step] of ends) {
      if (depth === 2 && step === -1 && at > from) found.push([from, at]);
      if (depth === 1 && step === 1) from = at;
      depth += step;
    }
    return found;
  }

  // The threads beside the text, at the first line of what they are about. Where there are too
  // many for that they are cut short, and those that would stand far off wait for a press.

  const FAR = 350, TOO_FAR = 800, SEVERAL = 3, LEAST = 50; // pixels, threads, pixels

  alsoBeside = () => {
    if (!wide.matches) {
      for (const { thread } of marks) thread.classList.remove("placed", "awake", "brief", "off");
      return [];
    }
    const origin = note.getBoundingClientRect().top;
    for (const mark of marks) mark.line = mark.ranges[0].getBoundingClientRect().top - 2;
    const woken = marks.find((mark) => mark.thread === active[0]);
    return near(woken).map((mark, index) => beside(mark, index, woken, origin))
      .filter((item) => !item.element.matches(".silent:not(.awake)"));
  };

  // The marks whose threads can stand near them, if each takes the least that a thread takes; the
  // others are put away before anything is measured. What is awake always stands.
  function near(woken) {
    let free = -Infinity;
    return [...marks].sort((a, b) => a.line - b.line).filter((mark) => {
      const awake = active.includes(mark.thread), top = Math.max(mark.line, free);
      const isFar = !awake && top - mark.line > TOO_FAR;
      mark.thread.classList.toggle("off", isFar);
      if (!isFar && !mark.thread.matches(".silent")) free = (mark === woken ? mark.line : top) + LEAST;
      return !isFar;
    });
  }

  function beside(mark, index, woken, origin) {
    const element = mark.thread, awake = active.includes(element);
    element.classList.add("placed");
    element.classList.remove("brief");
    element.classList.toggle("awake", awake);
    // Several that were woken by one press stand together, at the first of them.
    const together = awake && woken && mark !== woken;
    const order = together ? active.indexOf(element) / 1e6 : mark === woken ? 0 : 1e-2 + index / 1e6;
    const item = { element, pinned: mark === woken, far: FAR };
    item.wish = (together ? woken : mark).line + order;
    item.shorten = () => element.classList.toggle("brief", !awake || active.length > SEVERAL);
    item.move = () => {
      element.style.setProperty("--top", `${Math.round(item.top - origin)}px`);
      element.classList.toggle("off", !awake && item.top - item.wish > TOO_FAR);
    };
    return item;
  }

  // Waking: a press on marks shows what is said there, beside the text or in the sheet.

  function wake(threads) {
    active = threads;
    if (!wide.matches && threads.length) openSheet(threads);
    paint();
    settleMargin();
  }

  function openSheet(threads) {
    closeSheet();
    const inside = sheet.querySelector(".threads");
    for (const thread of threads) {
      thread.before(Object.assign(document.createElement("li"), { hidden: true, className: "place", id: "" }));
      thread.place = thread.previousSibling;
      inside.append(thread);
    }
    sheet.show();
    const mark = marks.find((each) => each.thread === threads[0]);
    if (mark) above(sheet, mark.ranges[0].getBoundingClientRect());
  }

  // The passage stays in sight above the sheet.
  function above(sheet, box) {
    const room = innerHeight - sheet.offsetHeight, least = Math.min(60, room / 3);
    if (box.top < least || box.bottom > room - 20) scrollBy({ top: box.top - room / 3 });
  }

  function closeSheet() {
    for (const thread of sheet.querySelectorAll(".thread")) {
      if (thread.place) thread.place.replaceWith(thread);
      else thread.remove();
      delete thread.place;
    }
    if (sheet.open) sheet.close();
  }

  sheet.addEventListener("close", () => { closeSheet(); wake([]); });

  function marksAt(x, y) {
    return marks.filter((mark) => mark.ranges.some((range) => {
      const boxes = (elementOf(range) || range).getClientRects();
      return [...boxes].some((box) => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom);
    }));
  }

  note.addEventListener("click", (event) => {
    if (event.target.closest("a, button, input, select, textarea, summary, label, .threads, .composer")) return;
    if (!getSelection().isCollapsed) return;
    wake(marksAt(event.clientX, event.clientY).map((mark) => mark.thread));
  });

  // What a pointer is over, its mark or its thread, lights up the other.
  let over = [];
  function light(threads) {
    if (threads.length === over.length && threads.every((thread, index) => thread === over[index])) return;
    over = threads;
    for (const mark of marks) mark.thread.classList.toggle("lit", over.includes(mark.thread));
    show("active", marks.filter((mark) => over.includes(mark.thread) || active.includes(mark.thread))
      .flatMap((mark) => mark.ranges));
    note.classList.toggle("over-mark", over.length > 0);
  }
  list.addEventListener("pointerover", (event) => {
    const thread = event.target.closest(".thread");
    if (thread) light([thread]);
  });
  list.addEventListener("focusin", (event) => {
    const thread = event.target.closest(".thread");
    if (thread && !active.includes(thread) && event.target.matches(":focus-visible")) wake([thread]);
  });
  list.addEventListener("click", (event) => {
    const thread = event.target.closest(".thread.placed");
    if (thread && !active.includes(thread) && !event.target.closest("a, button, form")) wake([thread]);
  });
  let moved = 0;
  note.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "mouse" || event.target.closest(".threads")) return;
    cancelAnimationFrame(moved);
    moved = requestAnimationFrame(() => light(marksAt(event.clientX, event.clientY).map((mark) => mark.thread)));
  });

  // The bar

  let chosen = null;

  function selected() {
    const selection = getSelection();
    if (!bar || selection.isCollapsed || !selection.rangeCount) return null;
    const range = selection.getRangeAt(0);
    const within = range.commonAncestorContainer;
    if (!note.contains(within) || margin.contains(within)) return null;
    map = map || positions(TextMap.read(note));
    const found = TextMap.ofRange(map, range);
    return found && { ...found, box: range.getBoundingClientRect(), range: range.cloneRange() };
  }

  function offer() {
    if (!bar || bar.contains(document.activeElement)) return;
    chosen = selected();
    bar.hidden = !chosen;
    if (!chosen) return;
    say("");
    const origin = note.getBoundingClientRect(), half = bar.offsetWidth / 2;
    const middle = chosen.box.left + chosen.box.width / 2 - origin.left;
    bar.style.setProperty("--left", `${Math.max(half, Math.min(origin.width - half, middle))}px`);
    bar.style.setProperty("--top", `${chosen.box.bottom - origin.top + 8}px`);
  }

  function say(words) {
    bar.querySelector(".news").textContent = words;
  }

  let pause = 0;
  const soon = (delay) => { clearTimeout(pause); pause = setTimeout(offer, delay); };
  if (bar) {
    document.addEventListener("pointerup", () => soon(10));
    document.addEventListener("touchend", () => soon(10));
    document.addEventListener("keyup", (event) => { if (event.key !== "Escape") soon(10); });
    document.addEventListener("selectionchange", () => soon(300));
    bar.addEventListener("pointerdown", (event) => event.preventDefault()); // what is selected stays so
    bar.addEventListener("click", (event) => {
      const { colour, kind } = event.target.dataset;
      if (colour) highlight(colour);
      if (kind) compose(kind);
    });
  }

  function passage(kind) {
    const { start, end, quote } = chosen;
    return { note: margin.dataset.note, kind, quote, start: map.points(start), end: map.points(end) };
  }

  async function highlight(colour) {
    const answer = await send("/annotations/form", { ...passage("highlight"), colour });
    if (!answer.ok) return say("This could not be kept.");
    leaveBar();
    getSelection().removeAllRanges();
    put(await answer.text());
  }

  async function compose(kind) {
    const { start, end } = passage(kind);
    const answer = await ask(`/annotations/form?${new URLSearchParams(passage(kind))}`);
    if (!answer.ok) return say("This cannot be done now.");
    const draft = document.createElement("li");
    draft.className = "thread anno draft";
    const colour = { question: "blue", erratum: "rose", link: "violet" }[kind] || "yellow";
    Object.assign(draft.dataset, { start, end, colour });
    draft.classList.add(colour);
    draft.innerHTML = await answer.text();
    margin.querySelector(".draft")?.remove();
    list.append(draft);
    leaveBar();
    refresh();
    wake([draft]);
    field(draft).focus({ preventScroll: wide.matches });
  }

  const field = (holder) => holder.querySelector(".composer :is(textarea, input[type=text])");

  function leaveBar() {
    bar.hidden = true;
    if (bar.contains(document.activeElement)) document.activeElement.blur();
  }

  // Escape gives back what was selected, or puts to sleep what was woken.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const inBar = bar && bar.contains(document.activeElement);
    if (event.key === "Escape") {
      if (bar && !bar.hidden) {
        leaveBar();
        if (inBar && chosen) restore(chosen.range);
      } else if (sheet.open) sheet.close();
      else if (active.length) wake([]);
    } else if (bar && !bar.hidden && !inBar && !typing(event.target)
        && (event.key === "a" || (event.key === "Tab" && !event.shiftKey))) {
      event.preventDefault();
      bar.querySelector("button").focus();
    }
  });

  function restore(range) {
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  }

  // Forms: what a page would do, done within this one.

  const HEADERS = { "HX-Request": "true" };
  const ask = (url) => fetch(url, { headers: HEADERS }).catch(() => ({ ok: false }));
  const send = (url, fields) => fetch(url, { method: "POST", headers: HEADERS, body: new URLSearchParams(fields) })
    .catch(() => ({ ok: false }));

  margin.addEventListener("click", async (event) => {
    const opener = event.target.closest("a[data-form]"), leaver = event.target.closest("[data-leave]");
    if (leaver) return leave(leaver.closest(".composer"));
    if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const answer = await ask(opener.href);
    if (!answer.ok) return location.assign(opener.href);
    const holder = opener.closest(".thread");
    holder.querySelector(".composer")?.remove();
    holder.insertAdjacentHTML("beforeend", await answer.text());
    if (wide.matches) wake([holder]);
    field(holder).focus();
  });

  function leave(composer) {
    const draft = composer.closest(".draft");
    unsaved = false; // gloss.js asks before what was typed is lost
    (draft || composer).remove();
    if (draft) closeSheet();
    refresh();
  }

  margin.addEventListener("submit", async (event) => {
    const form = event.target, holder = form.closest(".thread");
    if (form.method !== "post" || !(holder || form.matches(".undo"))) return;
    event.preventDefault();
    const answer = await send(form.getAttribute("action"), new FormData(form));
    if (answer.status === 400 && form.matches(".composer")) {
      form.outerHTML = await answer.text();
      settleMargin();
      return;
    }
    if (!answer.ok || !answer.headers.get("Vary")?.includes("HX-Request")) return form.submit();
    const html = await answer.text();
    unsaved = false;
    if (!holder) form.remove();
    if (holder && holder.matches(".draft")) {
      closeSheet();
      holder.remove();
    }
    put(html);
  });

  // Put a thread where it belongs; it is the same one if it stands there already.
  function put(html) {
    const holder = document.createElement("ol");
    holder.innerHTML = html;
    const thread = holder.querySelector(".thread"), before = document.getElementById(thread.id);
    if (before) {
      for (const name of ["start", "end"]) if (!(name in thread.dataset) && name in before.dataset) thread.dataset[name] = before.dataset[name];
      thread.place = before.place;
      before.replaceWith(thread);
      active = active.map((each) => (each === before ? thread : each));
    } else {
      const next = [...list.querySelectorAll(":scope > .thread[data-start]")]
        .find((each) => +each.dataset.start > +thread.dataset.start);
      if (next) next.before(thread); else list.prepend(thread);
    }
    refresh();
    return thread;
  }

  // A permalink wakes its thread, wherever it stands.
  function arrive() {
    const named = location.hash.startsWith("#annotation-") && document.getElementById(location.hash.slice(1));
    const thread = named && named.closest(".thread");
    if (!thread) return;
    wake([thread]);
    const mark = marks.find((each) => each.thread === thread);
    if (mark) (elementOf(mark.ranges[0]) || mark.ranges[0].startContainer.parentElement).scrollIntoView({ block: "center" });
  }

  // The page has the first threads; the others come when it stands.
  async function bringTheRest() {
    for (let next; (next = list.querySelector(":scope > .next"));) {
      const answer = await ask(next.querySelector("a").href);
      if (!answer.ok) return;
      next.outerHTML = await answer.text();
      refresh();
      if (!active.length) arrive();
    }
  }

  margin.addEventListener("input", settleMargin);
  wide.addEventListener("change", () => { closeSheet(); refresh(); });
  window.addEventListener("hashchange", arrive);
  refresh();
  arrive();
  setTimeout(bringTheRest, 200);
})();
