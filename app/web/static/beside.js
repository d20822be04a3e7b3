// The threads beside the text, at the first line of what they are about. Where there are too
// many for that they are cut short, and those that would stand far off wait for a press.
"use strict";

window.Beside = (() => {
  const note = document.getElementById("note");
  const FAR = 350, TOO_FAR = 800, SEVERAL = 3, LEAST = 50; // pixels, threads, pixels

  // What gloss.js puts into the margin with the footnotes; `active` are the threads that are awake.
  function items(marks, active) {
    const origin = note.getBoundingClientRect().top;
    for (const mark of marks) mark.line = mark.ranges[0].getBoundingClientRect().top - 2;
    const woken = marks.find((mark) => mark.thread === active[0]);
    return near(marks, woken, active).map((mark, index) => beside(mark, index, woken, active, origin))
      .filter((item) => !item.element.matches(".silent:not(.awake, .waiting)"));
  }

  function clear(marks) {
    for (const { thread } of marks) thread.classList.remove("placed", "awake", "brief", "off");
  }

  // The marks whose threads can stand near them, if each takes the least that a thread takes; the
  // others are put away before anything is measured. What is awake always stands.
  function near(marks, woken, active) {
    let free = -Infinity;
    return [...marks].sort((a, b) => a.line - b.line).filter((mark) => {
      const awake = active.includes(mark.thread), top = Math.max(mark.line, free);
      const isFar = !awake && top - mark.line > TOO_FAR;
      mark.thread.classList.toggle("off", isFar);
      if (!isFar && !mark.thread.matches(".silent:not(.waiting)")) free = (mark === woken ? mark.line : top) + LEAST;
      return !isFar;
    });
  }

  function beside(mark, index, woken, active, origin) {
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
      element.classList.toggle("off", !awake && (item.over || item.top - item.wish > TOO_FAR));
    };
    return item;
  }

  return { items, clear };
})();
