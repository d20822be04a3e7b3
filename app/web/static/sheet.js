// Where there is no margin, what was pressed is read in a sheet from below.
"use strict";

window.Sheet = (() => {
  const sheet = document.getElementById("sheet");

  // `box`: the passage, if there is one.
  function open(threads, box) {
    putBack();
    const inside = sheet.querySelector(".threads");
    for (const thread of threads) {
      thread.before(Object.assign(document.createElement("li"), { hidden: true, className: "place", id: "" }));
      thread.place = thread.previousSibling;
      inside.append(thread);
    }
    if (!sheet.open) sheet.show();
    if (box) above(box);
  }

  // The passage stays in sight above the sheet.
  function above(box) {
    const room = innerHeight - sheet.offsetHeight, least = Math.min(60, room / 3);
    if (box.top < least || box.bottom > room - 20) scrollBy({ top: box.top - room / 3 });
  }

  function close() {
    putBack();
    if (sheet.open) sheet.close();
  }

  function putBack() {
    for (const thread of sheet.querySelectorAll(".thread")) {
      if (thread.place) thread.place.replaceWith(thread);
      else thread.remove();
      delete thread.place;
    }
  }

  const onClose = (act) => sheet.addEventListener("close", act);

  return { open, close, onClose, isOpen: () => sheet.open };
})();
