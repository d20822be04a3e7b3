// What is marked in the text: where each thread's passage stands on the page, painted.
//
// Our own, not @recogito/text-annotator: that counts raw text nodes, so each formula three times
// and what is generated too, and knows nothing that must be marked whole. text_map.js counts as
// the server does. Marks are CSS highlights, which leave the page as it is: what is selected,
// copied or mapped knows nothing of them. Only formulas, which are atoms, carry an attribute.
"use strict";

window.Marks = (() => {
  const note = document.getElementById("note");
  const COLOURS = ["yellow", "green", "blue", "rose", "violet", "waiting"]; // the last: not sent yet
  let map, marks = [];

  const text = () => (map = map || positions(TextMap.read(note)));

  // A mark of each thread that has a passage here, in their order.
  function read(threads) {
    const { units } = text();
    marks = threads.map((thread) => {
      const start = units(+thread.dataset.start), end = units(+thread.dataset.end);
      const ranges = TextMap.toRanges(map, start, end);
      return { thread, start, end, ranges, colour: thread.dataset.colour };
    }).filter((mark) => mark.ranges.length);
    tellApart();
  }

  // Where marks lie over one another a thread says its words: the page cannot show whose they are.
  function tellApart() {
    const overlapping = new Set();
    let last; // of those before, which ends last
    for (const mark of [...marks].sort((a, b) => a.start - b.start)) {
      if (last && mark.start < last.end) overlapping.add(mark).add(last);
      if (!last || mark.end > last.end) last = mark;
    }
    for (const mark of marks) mark.thread.classList.toggle("overlapping", overlapping.has(mark));
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

  function paint(active) {
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

  function at(x, y) {
    return marks.filter((mark) => mark.ranges.some((range) => {
      const boxes = (elementOf(range) || range).getClientRects();
      return [...boxes].some((box) => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom);
    }));
  }

  // Those of threads that are awake or that a pointer is over.
  function light(threads) {
    for (const formula of note.querySelectorAll("[data-active]")) delete formula.dataset.active;
    show("active", marks.filter((mark) => threads.includes(mark.thread)).flatMap((mark) => mark.ranges));
  }

  const of = (thread) => marks.find((mark) => mark.thread === thread);

  return { text, read, paint, light, at, of, elementOf, all: () => marks };
})();
