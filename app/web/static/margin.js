// The margin: threads beside their passages, and which of them are awake.
"use strict";

window.Margin = (() => {
  const note = document.getElementById("note"), margin = document.getElementById("margin");
  const list = margin.querySelector(".threads");
  const wide = matchMedia("(min-width: 1081px)");
  let active = [];

  const read = () => Marks.read([...margin.querySelectorAll(".thread[data-start]")]);

  function refresh() {
    read();
    active = active.filter((thread) => thread.isConnected);
    Marks.paint(active);
    settleMargin();
  }

  alsoBeside = () => {
    if (wide.matches) return Beside.items(Marks.all(), active);
    Beside.clear(Marks.all());
    return [];
  };
  countBeside = (counts) => { if (wide.matches) Beside.tell(counts); };

  // For those who do not see what happened.
  function say(words) {
    const news = document.getElementById("margin-says");
    news.textContent = "";
    requestAnimationFrame(() => { news.textContent = words; }); // the same words again are news, too
  }

  // Where a thread or a form was, the focus is on what came; what has none of its own is given it.
  let isGiven = false;
  function focus(element) {
    if (!element.matches("a, button, input, textarea, select, summary")) {
      element.tabIndex = -1;
      element.addEventListener("blur", () => element.removeAttribute("tabindex"), { once: true });
    }
    isGiven = true;
    element.focus({ preventScroll: true });
    isGiven = false;
  }

  // Whether nobody has gone on to something else while it came.
  function isFree(form) {
    const { activeElement: now, body } = document;
    return !now || now === body || now.id === "sheet" || Boolean(form?.contains(now));
  }

  // The part of the text that a thread is about; the margin where that is not known.
  function passageOf(thread) {
    const range = Marks.of(thread)?.ranges[0];
    const start = range && (Marks.elementOf(range) || range.startContainer.parentElement);
    return start?.closest("p, li, td, th, dd, h2, h3, h4, h5, h6, pre, .formula, figure") || margin.querySelector("h2");
  }

  // A press on marks shows what is said there, beside the text or in the sheet.
  function wake(threads) {
    active = threads;
    sleep([...margin.querySelectorAll(".thread:has(.composer)")].filter((thread) => !threads.includes(thread)));
    if (!wide.matches && threads.length) Sheet.open(threads, Marks.of(threads[0])?.ranges[0].getBoundingClientRect());
    Marks.paint(active);
    settleMargin();
  }

  // Nobody types into a form that is not in sight; one for a passage that says nothing yet goes.
  function sleep(threads) {
    for (const thread of threads) {
      const stays = !thread.matches(".draft:not(.waiting)");
      if (thread.contains(document.activeElement)) focus(stays && wide.matches ? thread : passageOf(thread));
      if (stays) continue;
      thread.place?.remove();
      thread.remove();
      read();
    }
  }

  // A thread that came in the place of another one is awake, or lit, if that was.
  function replaced(before, thread) {
    const instead = (each) => (each === before ? thread : each);
    active = active.map(instead);
    over = over.map(instead);
    thread.classList.toggle("lit", over.includes(thread));
  }

  Sheet.onClose(() => { Sheet.close(); wake([]); });

  note.addEventListener("click", (event) => {
    if (event.target.closest("a, button, input, select, textarea, summary, label, .threads, .composer")) return;
    if (!getSelection().isCollapsed) return;
    Beside.close();
    wake(Marks.at(event.clientX, event.clientY).map((mark) => mark.thread));
  });

  // What a pointer is over, its mark or its thread, lights up the other.
  let over = [];
  function light(threads) {
    if (threads.length === over.length && threads.every((thread, index) => thread === over[index])) return;
    over = threads;
    for (const { thread } of Marks.all()) thread.classList.toggle("lit", over.includes(thread));
    Marks.light(over.some((thread) => active.includes(thread)) ? over : [...over, ...active]); // one of several alone
    note.classList.toggle("over-mark", over.length > 0);
  }
  const isCut = (thread) => thread && (!active.includes(thread) || thread.matches(".brief"));
  list.addEventListener("focusin", (event) => {
    const thread = event.target.closest(".thread");
    if (isCut(thread) && !isGiven && event.target.matches(":focus-visible")) wake([thread]);
  });
  list.addEventListener("beforematch", (event) => wake([event.target.closest(".thread")]));
  list.addEventListener("click", (event) => {
    const thread = event.target.closest(".thread.placed");
    if (isCut(thread) && !event.target.closest("a, button, form")) wake([thread]);
  });
  // A card that comes to lie under a pointer which rests is not pointed at.
  let moved = 0, spot = "";
  document.addEventListener("pointermove", (event) => {
    const { target, clientX, clientY, pointerType } = event, now = `${clientX} ${clientY}`;
    if (pointerType !== "mouse" || now === spot) return;
    spot = now;
    cancelAnimationFrame(moved);
    moved = requestAnimationFrame(() => light(under(target, clientX, clientY)));
  });
  function under(target, x, y) {
    const thread = target.closest(".thread");
    if (list.contains(thread)) return [thread];
    return note.contains(target) && !target.closest(".threads") ? Marks.at(x, y).map((mark) => mark.thread) : [];
  }

  // Escape puts to sleep what was woken, unless the bar took it.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (Sheet.isOpen()) document.getElementById("sheet").close();
    else if (Beside.close() || active.length) wake([]);
  });

  // A permalink wakes its thread, wherever it stands.
  function arrive() {
    const named = location.hash.startsWith("#annotation-") && document.getElementById(location.hash.slice(1));
    const thread = named && named.closest(".thread");
    if (!thread) return;
    Beside.close();
    wake([thread]);
    const mark = Marks.of(thread);
    if (mark) (Marks.elementOf(mark.ranges[0]) || mark.ranges[0].startContainer.parentElement).scrollIntoView({ block: "center" });
    else if (!Sheet.isOpen()) thread.scrollIntoView({ block: "center" });
  }

  wide.addEventListener("change", () => { Sheet.close(); refresh(); });
  window.addEventListener("hashchange", arrive);
  refresh();
  arrive();

  return { note, element: margin, list, wide, refresh, wake, replaced, arrive, say, focus, isFree, passageOf, isAsleep: () => !active.length };
})();
