// The text of a note as annotations count it, and where it stands on the page.
// The rules are those of markup/page_text.py, which tests hold this script to.
"use strict";

window.TextMap = (() => {
  const BLOCKS = new Set(("ADDRESS ARTICLE ASIDE BLOCKQUOTE CAPTION COL COLGROUP DD DETAILS DIV DL DT"
    + " FIGCAPTION FIGURE FOOTER FORM H1 H2 H3 H4 H5 H6 HEADER HR LI MAIN NAV OL P PRE SECTION SUMMARY"
    + " TABLE TBODY TD TFOOT TH THEAD TR UL").split(" "));
  const WORDS = /[^ \t\n\r\f]+|[ \t\n\r\f]+/g;
  const isWhite = (character) => " \t\n\r\f".includes(character);

  // A run: `length` characters of `node` from `start` on are those of the text from `at` on.
  // Counted in UTF-16 units, as the browser counts; `codePoints` tells them in characters.
  function read(root) {
    const lines = [], runs = [];
    let pieces = [], length = 0;

    function endLine(verbatim = false) {
      const kept = verbatim ? whole(pieces) : collapsed(pieces);
      pieces = [];
      if (!kept.length) return;
      let at = length + (lines.length ? 1 : 0), line = "";
      for (const { node, element, start, text } of kept) {
        const shown = !verbatim && isWhite(text[0]) ? " " : text;
        runs.push({ node, element, start, at, length: shown.length });
        line += shown;
        at += shown.length;
      }
      lines.push(line);
      length = at;
    }

    function walk(node, counts) {
      if (node.nodeType === Node.TEXT_NODE) {
        if (counts) pieces.push({ node, start: 0, text: node.data });
        return;
      }
      if (node.nodeType !== Node.ELEMENT_NODE) return;
      const stands = node.dataset.text, isBlock = BLOCKS.has(node.tagName);
      const isWritten = stands === undefined && !counts && node.dataset.written !== undefined;
      const isLine = isWritten || (counts && isBlock);
      if (isLine) endLine();
      if (node.tagName === "BR" && counts) pieces.push({ element: node, start: 0, text: " " });
      if (stands !== undefined && counts) pieces.push({ element: node, start: 0, text: stands });
      const below = (counts && stands === undefined) || isWritten;
      for (const child of node.childNodes) walk(child, below);
      if (isLine) endLine(below && node.tagName === "PRE" && node.classList.contains("code"));
    }

    for (const child of root.childNodes) walk(child, true);
    endLine();
    return { text: lines.join("\n"), runs };
  }

  function whole(pieces) {
    const kept = pieces.slice();
    while (kept.length && !kept[0].text.replace(/^\n+/, "")) kept.shift();
    while (kept.length && !kept.at(-1).text.replace(/\n+$/, "")) kept.pop();
    if (kept.length) {
      const first = kept[0], stripped = first.text.replace(/^\n+/, "");
      kept[0] = { ...first, start: first.start + first.text.length - stripped.length, text: stripped };
      const last = kept.at(-1);
      kept[kept.length - 1] = { ...last, text: last.text.replace(/\n+$/, "") };
    }
    return kept;
  }

  function collapsed(pieces) {
    const kept = [];
    let space = null;
    for (const piece of pieces) {
      for (const match of piece.text.matchAll(WORDS)) {
        const found = { ...piece, start: piece.start + match.index, text: match[0] };
        if (isWhite(match[0][0])) {
          space = space || found;
        } else {
          if (space && kept.length) kept.push({ ...space, text: " " });
          kept.push(found);
          space = null;
        }
      }
    }
    return kept;
  }

  // The place in the text of a boundary of a selection. A boundary inside of something atomic is
  // put before it, or after it if `isEnd`; one that stands in no text, at the nearest text inwards.
  function offsetOf(map, node, offset, isEnd) {
    const atom = atomOf(node);
    const point = document.createRange();
    point.setStart(node, offset);
    let last = 0;
    for (const run of map.runs) {
      if (run.node === node && offset >= run.start && offset <= run.start + run.length) {
        return run.at + offset - run.start;
      }
      const holder = run.node || run.element;
      if (atom === holder) return isEnd ? end(map, holder) : run.at;
      const isBehind = run.node === node ? run.start >= offset : point.comparePoint(holder, 0) >= 0;
      if (isBehind) return isEnd ? last : run.at;
      last = run.at + run.length;
    }
    return isEnd ? last : map.text.length;
  }

  // The atomic element that a node is in, if it is in one and not in an author's words there.
  function atomOf(node) {
    let found = null;
    for (let each = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement; each; each = each.parentElement) {
      if (each.dataset.text !== undefined) found = each;
      else if (each.dataset.written !== undefined) break;
    }
    return found;
  }

  function end(map, element) {
    const its = map.runs.filter((run) => run.element === element).at(-1);
    return its.at + its.length;
  }

  // The part of the text that a selection covers, without white space at its ends; null for none.
  function ofRange(map, range) {
    let start = offsetOf(map, range.startContainer, range.startOffset, false);
    let stop = offsetOf(map, range.endContainer, range.endOffset, true);
    while (start < stop && isWhite(map.text[start])) start += 1;
    while (start < stop && isWhite(map.text[stop - 1])) stop -= 1;
    return start < stop ? { start, end: stop, quote: map.text.slice(start, stop) } : null;
  }

  // The ranges of the page that show the text from `start` to `stop`, in order.
  function toRanges(map, start, stop) {
    const found = [];
    for (const run of map.runs) {
      const from = Math.max(start, run.at), to = Math.min(stop, run.at + run.length);
      if (from >= to) continue;
      const range = document.createRange();
      if (run.node) {
        range.setStart(run.node, run.start + from - run.at);
        range.setEnd(run.node, run.start + to - run.at);
      } else if (run.element.tagName !== "BR") {
        range.selectNode(run.element);
      } else continue;
      found.push(range);
    }
    return found;
  }

  // Offsets in stored annotations count characters, not UTF-16 units.
  const codePoints = (text, offset) => [...text.slice(0, offset)].length;
  const units = (text, points) => [...text].slice(0, points).join("").length;

  return { read, ofRange, toRanges, codePoints, units };
})();
