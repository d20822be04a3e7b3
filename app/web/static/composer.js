// A form in which something is written for the margin: what is typed into it is kept as its draft,
// and is in it again when it is opened the next time.
"use strict";

window.Composer = (() => {
  const FORM = "form[data-composes]", SHOWN = 90; // characters of what waits

  const isTick = (control) => ["checkbox", "radio"].includes(control.type);
  const controls = (form) => [...form.elements].filter((control) => control.name && control.type !== "hidden");

  // What the form says, but for what the page says in it itself; a tick that is not set says nothing,
  // which is not what one that is not there says.
  function values(form) {
    const said = {};
    for (const control of controls(form)) {
      const { name, value } = control;
      said[name] = !isTick(control) || control.checked ? value : said[name] ?? "";
    }
    return said;
  }

  // The other way. What a list does not offer now is not chosen.
  function fill(form, said) {
    for (const control of controls(form)) {
      const value = said[control.name];
      if (value === undefined || (control.options && ![...control.options].some((each) => each.value === value))) continue;
      if (isTick(control)) control.checked = control.value === value;
      else if (control.value !== value) control.value = value;
    }
    form.typed = Object.keys(typed(form)).length > 0;
  }

  // `name`: that of its draft; `place`: the passage that it is about, if the draft must tell.
  function begun(form, name, place, pristine = values(parsed(form.outerHTML))) {
    const draft = Drafts.of(name);
    Object.assign(form, { draftName: name, place, pristine });
    if (draft?.base && form.elements.base) form.elements.base.value = draft.base; // what its writer has seen
    fill(form, draft?.fields || {});
    return form;
  }

  function typed(form) {
    return Object.fromEntries(Object.entries(values(form)).filter(([field, value]) => value !== form.pristine[field]));
  }

  async function fetched(url, name, place) {
    const answer = await Part.ask(url);
    return answer.ok ? begun(parsed(await answer.text()), name, place) : null;
  }

  function parsed(html) {
    const holder = document.createElement("div");
    holder.innerHTML = html;
    return holder.querySelector(FORM);
  }

  // The form as the server answers it, with what is wrong: what was typed is still a draft.
  function refused(form, html) {
    const again = parsed(html), base = again.elements.base?.value;
    form.replaceWith(again);
    begun(again, form.draftName, form.place, form.pristine);
    if (base) again.elements.base.value = base;
    (again.querySelector("[aria-invalid]") || again.querySelector("button.main")).focus();
    notice(again);
  }

  // It was sent or thrown away: what the browser still tells of its fields as it goes is no draft.
  function done(form) {
    Drafts.forget(form.draftName);
    form.draftName = "";
  }

  // One draft is one, in however many windows: what another window made of it is in this form, too,
  // and what was sent or thrown away there goes here.
  function follow(form) {
    const draft = Drafts.of(form.draftName);
    if (draft) fill(form, { ...form.pristine, ...draft.fields });
    else if (form.typed) return form.dispatchEvent(new Event("gone", { bubbles: true }));
    tellAround(form);
  }

  // What was typed is kept until it is sent: if it is not, another window was first.
  function isGone(form) {
    const isLate = Boolean(form.draftName && form.typed && !Drafts.of(form.draftName));
    if (isLate) {
      notice(form);
      unsent(form, "This was sent or thrown away in another window. Press again to send it all the same.");
    }
    return isLate;
  }

  function unsent(form, why) {
    form.querySelector(".unsent")?.remove();
    form.prepend(Object.assign(document.createElement("p"), { className: "wrong unsent", role: "alert", textContent: why }));
    settleMargin();
  }

  function notice(form) {
    if (!form.draftName) return; // gloss.js asks before it is lost
    const fields = typed(form);
    form.typed = Object.keys(fields).length > 0;
    if (form.typed) Drafts.keep(form.draftName, { fields, place: form.place, base: form.elements.base?.value }); else Drafts.forget(form.draftName);
    unsaved = Drafts.areLoose();
    tellAround(form);
  }

  function tellAround(form) {
    const thread = form.closest(".thread");
    if (thread) tell(thread);
  }

  // While its form is not in sight a thread says that words wait in it, and which.
  function tell(thread) {
    const form = thread.querySelector(".composer"), isWaiting = Boolean(form?.typed);
    thread.classList.toggle("waiting", isWaiting);
    thread.querySelector(".waits")?.remove();
    if (!isWaiting) return;
    const { comment, replacement, takes_out: goes, link, tags } = typed(form);
    const words = comment || (goes && "to be taken out") || replacement || link || tags || "";
    const shown = words.length > SHOWN ? `${words.slice(0, SHOWN)} …` : words;
    const line = Object.assign(document.createElement("p"), { className: "waits", textContent: "Not sent yet" });
    if (shown) line.append(Object.assign(document.createElement("span"), { textContent: `: ${shown}` }));
    form.before(line);
  }

  const field = (holder) => holder.querySelector(".composer :is(textarea, input[type=text])");

  // After gloss.js, which knows nothing of drafts.
  for (const kind of ["input", "change"]) {
    document.addEventListener(kind, (event) => {
      const form = event.target.closest(FORM);
      if (form) notice(form);
    });
  }

  document.addEventListener("drafts", () => {
    for (const form of document.querySelectorAll(FORM)) if (form.draftName) follow(form);
    settleMargin();
  });

  document.addEventListener("keydown", (event) => {
    const form = event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.closest(FORM);
    if (!form || event.repeat || event.isComposing || event.defaultPrevented) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("button.main"));
  });

  // The form that is a page of its own: one for a reply or an edit has the draft of its address, as
  // in the margin; one that was refused goes on with what was sent.
  const own = document.querySelector(`main > section > ${FORM}`);
  if (own) {
    const isRefused = Boolean(own.querySelector(".wrong")), base = own.elements.base?.value;
    begun(own, isRefused ? Drafts.sent : own.dataset.draft || location.pathname + location.search, undefined, isRefused ? {} : undefined);
    if (isRefused && base) own.elements.base.value = base;
    if (own.typed) notice(own);
    own.addEventListener("submit", (event) => {
      if (isGone(own)) event.preventDefault(); else Drafts.sending(own.draftName);
    });
    const leaver = own.querySelector("[data-leave]"), leave = () => { done(own); unsaved = false; };
    leaver.addEventListener("click", leave);
    own.addEventListener("gone", () => { leave(); location.replace(leaver.href); });
  }

  return { fetched, refused, unsent, isGone, done, tell, field };
})();
