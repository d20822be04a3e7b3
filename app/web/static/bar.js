// A small bar at what is selected: highlight, comment, ask, correct, link.
"use strict";

(() => {
  const bar = document.getElementById("marker");
  if (!bar) return; // who may not annotate only reads
  const { note, element: margin } = Margin;
  const OF_TITLE = "The title is no part of the text that is marked: write of the whole note in its margin.";
  const OF_WORDS = "Press a to mark or comment what is selected.";
  let chosen = null, dismissed = null, offered = "";

  function selected() {
    const selection = getSelection();
    if (selection.isCollapsed || !selection.rangeCount) return null;
    const range = selection.getRangeAt(0);
    const within = range.commonAncestorContainer;
    if (!note.contains(within) || margin.contains(within)) return null;
    const ofTitle = note.querySelector(".title h1").contains(within) && { title: true };
    const found = ofTitle || TextMap.ofRange(Marks.text(), range);
    return found && { ...found, box: range.getBoundingClientRect(), range: range.cloneRange() };
  }

  function offer() {
    if (bar.contains(document.activeElement)) return;
    chosen = selected();
    // What Escape gave back stays selected without the bar, until something else is selected.
    if (!chosen || chosen.title !== dismissed?.title || chosen.start !== dismissed?.start || chosen.end !== dismissed?.end) dismissed = null;
    bar.hidden = !chosen || Boolean(dismissed);
    if (bar.hidden) return void (offered = "");
    const { title = false } = chosen, now = title ? OF_TITLE : OF_WORDS;
    if (now !== offered) Margin.say(offered = now);
    for (const part of bar.querySelectorAll(".swatches, .kinds")) part.hidden = title;
    show(title ? OF_TITLE : "");
    const origin = note.getBoundingClientRect(), half = bar.offsetWidth / 2;
    const middle = chosen.box.left + chosen.box.width / 2 - origin.left;
    bar.style.setProperty("--left", `${Math.max(half, Math.min(origin.width - half, middle))}px`);
    bar.style.setProperty("--top", `${chosen.box.bottom - origin.top + 8}px`);
  }

  function show(words) {
    bar.querySelector(".news").textContent = words;
  }

  function say(words) {
    show(words);
    Margin.say(words);
  }

  let pause = 0;
  const soon = (delay) => { clearTimeout(pause); pause = setTimeout(offer, delay); };
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

  function passage(kind) {
    const { start, end, quote } = chosen, { points } = Marks.text();
    return { note: margin.dataset.note, kind, quote, start: points(start), end: points(end) };
  }

  async function highlight(colour) {
    const answer = await Part.send("/annotations/form", { ...passage("highlight"), colour });
    if (!answer.ok) return say("This could not be kept.");
    leave();
    getSelection().removeAllRanges();
    Threads.came(Threads.put(await answer.text()), Margin.isFree(), `Highlighted in ${colour}.`);
  }

  async function compose(kind) {
    if (await Passages.open(passage(kind))) leave();
    else say("This cannot be done now.");
  }

  function leave() {
    bar.hidden = true;
    offered = "";
    if (bar.contains(document.activeElement)) document.activeElement.blur();
  }

  // Escape gives back what was selected. On the capture, so that the margin knows it was taken.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || bar.hidden) return;
    const inside = bar.contains(document.activeElement);
    if (event.key === "Escape") {
      event.preventDefault();
      dismissed = chosen;
      leave();
      if (inside && chosen) restore(chosen.range);
    } else if (!inside && !chosen.title && !typing(event.target)
        && (event.key === "a" || (event.key === "Tab" && !event.shiftKey))) {
      event.preventDefault();
      bar.querySelector("button").focus();
    }
  }, true);

  function restore(range) {
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  }
})();
