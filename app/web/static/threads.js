// What is said in the margin: forms within the page, and threads that come and change.
"use strict";

window.Threads = (() => {
  const { element: margin, list, wide, refresh, wake } = Margin;

  const HEADERS = { "HX-Request": "true" };
  const ask = (url) => fetch(url, { headers: HEADERS }).catch(() => ({ ok: false }));
  const send = (url, fields) => fetch(url, { method: "POST", headers: HEADERS, body: new URLSearchParams(fields) })
    .catch(() => ({ ok: false }));

  const field = (holder) => holder.querySelector(".composer :is(textarea, input[type=text])");

  margin.addEventListener("click", async (event) => {
    const opener = event.target.closest("a[data-form]"), leaver = event.target.closest("[data-leave]");
    if (leaver) return leave(leaver.closest(".composer"));
    if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const holder = opener.closest(".thread"), from = opener.getAttribute("href");
    if (holder.querySelector(".composer")?.from !== from && !(await exchange(holder, from))) return location.assign(from);
    if (wide.matches) wake([holder]);
    field(holder).focus();
  });

  // Another form in the place of the one that is open: what was typed into each waits for the other.
  async function exchange(holder, from) {
    let form = holder.aside?.get(from);
    if (!form) {
      const answer = await ask(from);
      if (!answer.ok) return false;
      form = parsed(await answer.text(), from);
    }
    putAside(holder, holder);
    holder.aside?.delete(from);
    holder.append(form);
    return true;
  }

  function parsed(html, from) {
    const holder = document.createElement("div");
    holder.innerHTML = html;
    return Object.assign(holder.querySelector(".composer"), { from });
  }

  // The form that is open goes, but for what was typed: `keeper` is the thread that has it then.
  function putAside(holder, keeper) {
    const open = holder.querySelector(".composer");
    if (open?.typed) (keeper.aside ??= new Map()).set(open.from, open);
    open?.remove();
  }

  // No form that something was typed into waits unseen.
  function bringBack(thread) {
    const [from, form] = [...(thread.aside || [])].pop() || [];
    if (!form || thread.querySelector(".composer")) return;
    thread.aside.delete(from);
    thread.append(form);
  }

  // gloss.js asks before what was typed is lost.
  function settleUnsaved() {
    unsaved = [...margin.querySelectorAll(".composer")].some((form) => form.typed);
  }

  function leave(composer) {
    const draft = composer.closest(".draft"), thread = composer.closest(".thread");
    (draft || composer).remove();
    if (draft) Sheet.close();
    else bringBack(thread);
    settleUnsaved();
    refresh();
  }

  margin.addEventListener("submit", async (event) => {
    const form = event.target, holder = form.closest(".thread");
    if (form.method !== "post" || form.matches("[data-whole]") || !(holder || form.matches(".undo"))) return;
    event.preventDefault();
    const answer = await send(form.getAttribute("action"), new FormData(form));
    if ([400, 409].includes(answer.status) && form.matches(".composer")) {
      form.replaceWith(Object.assign(parsed(await answer.text(), form.from), { typed: true }));
      settleUnsaved();
      settleMargin();
      return;
    }
    if (!answer.ok || !answer.headers.get("Vary")?.includes("HX-Request")) return form.submit();
    const html = await answer.text();
    if (!holder || form.matches(".composer")) form.remove();
    if (holder && holder.matches(".draft")) {
      Sheet.close();
      holder.remove();
    }
    put(html);
    settleUnsaved();
  });

  // Put a thread where it belongs; it is the same one if it stands there already.
  function put(html) {
    const holder = document.createElement("ol");
    holder.innerHTML = html;
    const thread = holder.querySelector(".thread"), before = document.getElementById(thread.id);
    if (before) {
      for (const name of ["start", "end"]) if (!(name in thread.dataset) && name in before.dataset) thread.dataset[name] = before.dataset[name];
      thread.place = before.place;
      thread.aside = before.aside;
      putAside(before, thread);
      bringBack(thread);
      before.replaceWith(thread);
      Margin.replaced(before, thread);
    } else {
      const next = [...list.querySelectorAll(":scope > .thread[data-start]")]
        .find((each) => +each.dataset.start > +thread.dataset.start);
      if (next) next.before(thread); else list.prepend(thread);
    }
    count((thread.matches(".gone") ? 0 : 1) - (before && !before.matches(".gone") ? 1 : 0));
    refresh();
    return thread;
  }

  function count(more) {
    const number = margin.querySelector("h2 .count"), now = Number(number.textContent) + more;
    number.textContent = now || "";
    margin.querySelector(".ways").hidden = !now;
  }

  // A thread that is being written: the form stands where the thread will.
  function draft(html, { start, end }, colour) {
    const written = document.createElement("li");
    written.className = `thread anno draft ${colour}`;
    Object.assign(written.dataset, { start, end, colour });
    written.innerHTML = html;
    const before = margin.querySelector(".draft");
    if (before) keepWords(before, written);
    before?.remove();
    list.append(written);
    refresh();
    wake([written]);
    field(written).focus({ preventScroll: wide.matches });
  }

  // What was typed about another passage, and not sent, is not lost.
  function keepWords(before, now) {
    for (const name of ["comment", "tags"]) {
      const [from, to] = [before, now].map((each) => each.querySelector(`.composer [name=${name}]`));
      if (from && to && !to.value) to.value = from.value;
    }
  }

  // What comes with the rest of the list. The thread that the address named may be there already:
  // it goes to its place, unless somebody reads or writes in it.
  function arrived(html) {
    const holder = document.createElement("ol");
    holder.innerHTML = html;
    for (const thread of holder.querySelectorAll(":scope > .thread")) {
      const before = document.getElementById(thread.id);
      if (before && (before.place || before.querySelector(".composer"))) thread.remove();
      else if (before) {
        before.remove();
        Margin.replaced(before, thread);
      }
    }
    return holder.children;
  }

  // The page has the first threads; the others come when it stands.
  async function bringTheRest() {
    for (let next; (next = list.querySelector(":scope > .next"));) {
      const answer = await ask(next.querySelector("a").href);
      if (!answer.ok) return;
      const named = document.getElementById(location.hash.slice(1));
      next.replaceWith(...arrived(await answer.text()));
      refresh();
      if (Margin.isAsleep() || (named && !named.isConnected)) Margin.arrive();
    }
  }

  margin.addEventListener("input", (event) => {
    const form = event.target.closest(".composer");
    if (form) form.typed = true;
    settleMargin();
  });
  margin.addEventListener("toggle", settleMargin, true); // what opens in a card moves those below it
  setTimeout(bringTheRest, 200);

  return { ask, send, put, draft };
})();
