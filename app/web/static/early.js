// What is typed while the page of hits is still coming, before its box can take it: search.js puts
// it there. Runs before anything else of the page, so it knows nothing of it.
"use strict";

const early = { letters: "" };

early.keep = (event) => {
  const other = event.ctrlKey || event.metaKey || event.altKey || event.target !== document.body;
  if (!other && event.key.length === 1) early.letters += event.key;
};
document.addEventListener("keydown", early.keep);
