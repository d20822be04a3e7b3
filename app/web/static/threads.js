// What is said in the margin: forms within the page, and threads that come and change.
"use strict";

window.Threads = (() => {
  const { element: margin, list, wide, refresh, wake } = Margin;

  margin.addEventListener("click", async (event) => {
    const opener = event.target.closest("a[data-form]"), leaver = event.target.closest("[data-leave]");
    if (leaver) return leave(leaver.closest(".composer"), Margin.isFree(leaver.closest(".composer")));
    if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const holder = opener.closest(".thread"), from = opener.getAttribute("href");
    if (holder.querySelector(".composer")?.draftName !== from && !(await exchange(holder, from))) return location.assign(from);
    if (wide.matches) wake([holder]);
    Composer.field(holder).focus();
  });

  // Another form in the place of the one that is open: each has its own draft, under its address.
  async function exchange(holder, from) {
    const form = await Composer.fetched(from, from);
    if (!form) return false;
    holder.querySelector(".composer")?.remove();
    holder.append(form);
    Composer.tell(holder);
    return true;
  }

  // No form that something was typed into waits unseen.
  async function bringBack(thread) {
    const waiting = [...thread.querySelectorAll("a[data-form]")].map((opener) => opener.getAttribute("href")).find(Drafts.of);
    if (!waiting || thread.querySelector(".composer")) return Composer.tell(thread);
    await exchange(thread, waiting);
    settleMargin();
  }

  margin.addEventListener("gone", (event) => leave(event.target, event.target.contains(document.activeElement)));

  function leave(composer, isFree) {
    const thread = composer.closest(".thread"), passage = Margin.passageOf(thread);
    Composer.done(composer);
    remove(composer);
    if (thread.isConnected) bringBack(thread);
    refresh();
    if (!isFree) return;
    Margin.focus(thread.isConnected ? thread : passage);
    Margin.say("Discarded.");
  }

  function remove(form) {
    const begun = form.closest(".draft");
    if (begun?.closest("#sheet")) Sheet.close();
    (begun || form).remove();
    unsaved = Drafts.areLoose();
  }

  const underWay = new WeakSet(); // forms that are sent once, however often one presses

  margin.addEventListener("submit", async (event) => {
    const form = event.target, holder = form.closest(".thread");
    if (form.method !== "post" || form.matches("[data-whole]") || !(holder || form.matches(".undo"))) return;
    event.preventDefault();
    if (underWay.has(form) || Composer.isGone(form)) return;
    underWay.add(form);
    await send(form, new FormData(form));
    underWay.delete(form);
  });

  async function send(form, fields) {
    const act = async () => taken(form, await Part.send(form.getAttribute("action"), fields));
    if (!form.draftName) return act();
    if (!(await Drafts.alone(form.draftName, act))) Composer.unsent(form, "Another window is sending this.");
  }

  async function taken(form, answer) {
    const isComposer = form.matches(".composer");
    if (isComposer && [400, 409].includes(answer.status)) {
      Composer.refused(form, await answer.text());
      Margin.say("It was not taken.");
      return settleMargin();
    }
    if (isComposer && [404, 410].includes(answer.status)) return Composer.unsent(form, "What this is about was deleted meanwhile. What you typed is kept until you discard it.");
    if (isComposer && !answer.status) return Composer.unsent(form, "This could not be sent. What you typed is kept: try again.");
    const isPart = answer.headers?.get("Vary")?.includes("HX-Request");
    if (isPart && !answer.ok && form.closest(".thread")) {
      Margin.say("It was not taken.");
      return put(await answer.text()).querySelector("[autofocus]")?.focus();
    }
    if (!answer.ok || !isPart) return form.submit();
    const html = await answer.text(), isFree = Margin.isFree(form);
    if (isComposer) Composer.done(form);
    if (isComposer || !form.closest(".thread")) remove(form);
    came(put(html), isFree, DONE[form.getAttribute("action").split("/").pop()]);
  }

  const DONE = { form: "Added.", edit: "Changed.", delete: "It was deleted. Undo brings it back.", undo: "It is back.", decline: "Declined." };

  // Whoever waited for it is there, and is told.
  function came(thread, isFree, words) {
    Margin.say(words);
    if (!isFree) return;
    Margin.focus(thread);
    if (wide.matches && thread.matches(":focus-visible")) wake([thread]);
  }

  // Put a thread where it belongs; it is the same one if it stands there already.
  function put(html) {
    const holder = document.createElement("ol");
    holder.innerHTML = html;
    const thread = holder.querySelector(".thread"), before = document.getElementById(thread.id);
    if (before) {
      for (const name of ["start", "end"]) if (!(name in thread.dataset) && name in before.dataset) thread.dataset[name] = before.dataset[name];
      thread.place = before.place;
      const open = before.querySelector(".composer"), typedIn = open?.contains(document.activeElement) && document.activeElement;
      if (open?.typed) thread.append(open);
      before.replaceWith(thread);
      if (typedIn) typedIn.focus({ preventScroll: true });
      Margin.replaced(before, thread);
      bringBack(thread);
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

  // What was typed before the page was left is in its form again.
  function wordsOf(threads) {
    if (document.body.dataset.drafts && Drafts.names().length) for (const thread of threads) bringBack(thread);
  }

  // The page has the first threads; the others come when it stands.
  async function bringTheRest() {
    for (let next; (next = list.querySelector(":scope > .next"));) {
      const answer = await Part.ask(next.querySelector("a").href);
      if (!answer.ok) return;
      const named = document.getElementById(location.hash.slice(1));
      const rest = [...arrived(await answer.text())];
      next.replaceWith(...rest);
      wordsOf(rest);
      refresh();
      if (Margin.isAsleep() || (named && !named.isConnected)) Margin.arrive();
    }
    tellOfNone();
  }

  margin.addEventListener("input", () => requestAnimationFrame(settleMargin));
  margin.addEventListener("toggle", settleMargin, true); // what opens in a card moves those below it
  setTimeout(bringTheRest, 200);
  wordsOf(list.children);

  return { put, came };
})();
