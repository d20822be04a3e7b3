// Passages of which somebody writes and has not sent it: each has its own form for each kind, at
// the place where its thread will stand, also after the page was left.
"use strict";

window.Passages = (() => {
  const { element: margin, list, wide, refresh, wake } = Margin;
  const AROUND = 32; // characters beside the words, which tell two places apart

  async function open(place) {
    const holder = find(place) || (await begin(nameOf(place), { ...place, ...around(place) }));
    if (!holder) return false;
    wake([holder]);
    Composer.field(holder).focus({ preventScroll: wide.matches });
    return true;
  }

  const isSame = (one, other) => ["kind", "start", "end"].every((name) => one?.[name] === other[name]);
  const find = (place) => [...margin.querySelectorAll(".draft")].find((each) => isSame(each.querySelector(".composer").place, place));

  // The draft of another window on this note is that of the passage, too.
  const nameOf = (place) => waiting().find(([, found]) => isSame(found, place))?.[0] || `passage ${crypto.getRandomValues(new Uint32Array(3)).join("-")}`;

  async function begin(name, place) {
    const { kind, quote, start, end } = place, given = { note: margin.dataset.note, kind, quote };
    if (start !== undefined) Object.assign(given, { start, end });
    const form = await Composer.fetched(`/annotations/form?${new URLSearchParams(given)}`, name, { ...place, uid: margin.dataset.uid });
    if (!form) return null;
    const holder = Object.assign(document.createElement("li"), { className: "thread anno draft" });
    Object.assign(holder.dataset, start === undefined ? {} : { start, end, colour: "waiting" });
    holder.append(Object.assign(document.createElement("blockquote"), { textContent: quote }), form);
    list.append(holder);
    Composer.tell(holder);
    refresh();
    return holder;
  }

  // Where it stands in the text of today; without a place if that is not clear: the form asks then.
  function placed(place) {
    const { text, points, units } = Marks.text(), { kind, quote, before, after } = place, whole = before + quote + after;
    if (text.startsWith(whole, units(place.start) - before.length)) return place;
    const ways = [[whole, before.length], [quote, 0]].map(([words, skip]) => places(text, words).map((at) => at + skip));
    const found = ways.find((each) => each.length === 1);
    return found ? { ...place, start: points(found[0]), end: points(found[0] + quote.length) } : { kind, quote, before, after };
  }

  function places(text, words) {
    const found = [];
    for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + 1)) found.push(at);
    return found;
  }

  // What tells a place when the note has changed: the words, and those beside them.
  function around(place) {
    const { text, units } = Marks.text(), start = units(+place.start), end = units(+place.end);
    return { before: text.slice(Math.max(0, start - AROUND), start), after: text.slice(end, end + AROUND) };
  }

  // The drafts of this note, with where they are about now.
  function waiting() {
    return Drafts.names().map((name) => [name, Drafts.of(name)?.place])
      .filter(([, place]) => place?.uid === margin.dataset.uid)
      .map(([name, place]) => [name, placed(place)]).sort(([, one], [, other]) => (one.start ?? Infinity) - (other.start ?? Infinity));
  }

  async function bringBack() {
    for (const [name, place] of waiting()) if (Drafts.of(name)) await begin(name, place); // another window may be quicker
  }

  if (document.body.dataset.drafts) bringBack();

  return { open };
})();
