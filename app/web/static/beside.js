// The threads beside the text, at the first line of what they are about. Where there are too many
// for that they are cut short, and where one would stand far off a button says how many more there
// are: every thread stands, or is counted by the button at its place. Found in the page it wakes.
"use strict";

window.Beside = (() => {
  const note = document.getElementById("note");
  const FAR = 350, TOO_FAR = 800, SEVERAL = 3, LEAST = 50; // pixels, threads, pixels
  const counts = new Set(); // the buttons, each with the threads that it counts, or has opened
  let origin = 0;

  // What gloss.js puts into the margin with the footnotes; `active` are the threads that are awake.
  function items(marks, active) {
    origin = note.getBoundingClientRect().top;
    for (const mark of marks) mark.line = mark.ranges[0].getBoundingClientRect().top - 2;
    const woken = marks.find((mark) => mark.thread === active[0]), opened = openedOf(marks);
    const state = { woken, active, opened, pinned: opened.size ? null : woken };
    const found = near(marks, state).map((mark, index) => beside(mark, index, state))
      .filter((item) => !isSilent(item.element) || item.element.matches(".awake"));
    found.forEach((item, turn) => { item.turn = turn; });
    return [...found, ...openers(found)];
  }

  const isSilent = (thread) => thread.matches(".silent:not(.waiting)");

  function clear(marks) {
    for (const { thread } of marks) {
      thread.classList.remove("placed", "awake", "brief");
      put(thread, false);
    }
    for (const count of counts) if (count.isOpen) count.element.remove(); else drop(count);
  }

  // The marks in the order of their lines. Those whose threads cannot stand near them, if each takes
  // the least that a thread takes, are put away before anything is measured. What is awake or opened,
  // or has words that were not sent, always stands; what says nothing takes no room.
  function near(marks, { active, opened, pinned }) {
    let free = -Infinity, far = TOO_FAR;
    const inOrder = [...marks].sort((a, b) => a.line - b.line);
    for (const mark of inOrder) {
      const { thread, line } = mark, top = Math.max(line, free);
      mark.stays = active.includes(thread) || opened.has(thread) || thread.matches(".waiting");
      const takesNone = isSilent(thread) && !mark.stays;
      mark.away = !mark.stays && !takesNone && top - line > far;
      put(thread, mark.away);
      if (!takesNone) far = mark.away ? FAR : TOO_FAR;
      if (!mark.away && !takesNone) free = (mark === pinned ? line : top) + LEAST;
    }
    return inOrder;
  }

  // Out of sight and no empty item to a screen reader, but the browser finds words in it.
  function put(thread, away) {
    const attributes = Object.entries({ hidden: "until-found", "aria-hidden": "true" });
    for (const [name, value] of attributes) {
      if (thread.hasAttribute(name) === away) continue;
      if (away) thread.setAttribute(name, value); else thread.removeAttribute(name);
    }
  }

  function beside(mark, index, { woken, active, pinned }) {
    const element = mark.thread, awake = active.includes(element);
    element.classList.add("placed");
    element.classList.remove("brief");
    element.classList.toggle("awake", awake);
    // Several that were woken by one press stand together, at the first of them.
    const together = awake && pinned && mark !== woken;
    const order = together ? active.indexOf(element) / 1e6 : mark === pinned ? 0 : 1e-2 + index / 1e6;
    const item = { element, pinned: mark === pinned, far: FAR, away: mark.away };
    if (!mark.stays) item.tooFar = TOO_FAR;
    item.wish = (together ? woken : mark).line + order;
    item.shorten = () => element.classList.toggle("brief", !awake || active.length > SEVERAL);
    item.move = () => stand(element, item.top);
    return item;
  }

  const stand = (element, top) => element.style.setProperty("--top", `${Math.round(top - origin)}px`);

  /* How many more there are */

  function openedOf(marks) {
    const here = new Set(marks.map((mark) => mark.thread)), opened = new Set();
    for (const count of counts) {
      if (!count.isOpen) continue;
      count.threads = count.threads.filter((thread) => here.has(thread));
      if (!count.threads.length) drop(count);
      for (const thread of count.threads) opened.add(thread);
    }
    return opened;
  }

  // The buttons of what was opened stand above it.
  function openers(found) {
    const wishes = new Map(found.map((item) => [item.element, item.wish]));
    return [...counts].filter((count) => count.isOpen).map(({ element, threads }) => {
      precede(threads[0], element);
      const wish = Math.min(...threads.map((thread) => wishes.get(thread) ?? Infinity)) - 5e-7;
      return { element, wish, move() { stand(element, this.top); } };
    });
  }

  function precede(thread, element) {
    if (element.nextSibling !== thread) thread.before(element);
  }

  // A button that counts some of the same threads as before is the same one: it keeps the focus.
  function tell(found) {
    const before = new Map(), kept = new Set([...counts].filter((count) => count.isOpen));
    for (const count of counts) if (!count.isOpen) for (const thread of count.threads) before.set(thread, count);
    for (const { counted, top } of found) {
      const threads = counted.map((item) => item.element);
      const same = threads.map((thread) => before.get(thread)).find((count) => count && !kept.has(count));
      const count = same || made();
      kept.add(count);
      show(count, threads, top);
    }
    for (const count of counts) if (!kept.has(count)) drop(count);
  }

  function made() {
    const element = document.createElement("li"), button = document.createElement("button");
    const count = { element, button, threads: [], isOpen: false };
    Object.assign(element, { className: "more placed" });
    button.type = "button";
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", () => toggle(count));
    element.append(button);
    counts.add(count);
    return count;
  }

  function show(count, threads, top) {
    const words = `${threads.length} more`;
    const hasFocus = count.button === document.activeElement || threads.some((thread) => thread.contains(document.activeElement));
    count.threads = threads;
    if (count.button.textContent !== words) count.button.textContent = words;
    precede(threads[0], count.element);
    for (const thread of threads) put(thread, true);
    stand(count.element, top);
    if (hasFocus) count.button.focus({ preventScroll: true });
  }

  function toggle(count) {
    open(count, !count.isOpen);
    settleMargin();
    count.button.scrollIntoView({ block: "nearest" });
  }

  function open(count, isOpen) {
    count.isOpen = isOpen;
    count.button.setAttribute("aria-expanded", String(isOpen));
  }

  function drop(count) {
    counts.delete(count);
    count.element.remove();
  }

  // Whether there was anything to close.
  function close() {
    const opened = [...counts].filter((count) => count.isOpen);
    for (const count of opened) open(count, false);
    return opened.length > 0;
  }

  return { items, tell, clear, close };
})();
