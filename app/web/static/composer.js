// A form in which something is written for the margin: what is typed into it is kept as its draft,
// and is in it again when it is opened the next time.
"use strict";

window.Composer = (() => {
  const FORM = "form[data-composes]", SHOWN = 90; // characters of what waits

  // What the form says, but for what the page says in it itself.
  function values(form) {
    const given = Object.fromEntries(new FormData(form));
    for (const hidden of form.querySelectorAll("input[type=hidden]")) delete given[hidden.name];
    return given;
  }

  // `name`: that of its draft; `place`: the passage that it is about, if the draft must tell.
  function begun(form, name, place, pristine = values(parsed(form.outerHTML))) {
    Object.assign(form, { draftName: name, place, pristine });
    for (const [field, value] of Object.entries(Drafts.of(name)?.fields || {})) {
      const control = form.elements.namedItem(field);
      if (control && control.type !== "hidden") control.value = value;
    }
    form.typed = Object.keys(typed(form)).length > 0;
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
    const again = parsed(html);
    form.replaceWith(again);
    begun(again, form.draftName, form.place, form.pristine);
    notice(again);
  }

  // It was sent or thrown away: what the browser still tells of its fields as it goes is no draft.
  function done(form) {
    Drafts.forget(form.draftName);
    form.draftName = "";
  }

  function unsent(form) {
    form.querySelector(".unsent")?.remove();
    const told = { className: "wrong unsent", role: "alert", textContent: "This could not be sent. What you typed is kept: try again." };
    form.prepend(Object.assign(document.createElement("p"), told));
    settleMargin();
  }

  function notice(form) {
    if (!form.draftName) return; // gloss.js asks before it is lost
    const fields = typed(form);
    form.typed = Object.keys(fields).length > 0;
    if (form.typed) Drafts.keep(form.draftName, { fields, place: form.place }); else Drafts.forget(form.draftName);
    unsaved = Drafts.areLoose();
    const thread = form.closest(".thread");
    if (thread) tell(thread);
  }

  // While its form is not in sight a thread says that words wait in it, and which.
  function tell(thread) {
    const form = thread.querySelector(".composer"), isWaiting = Boolean(form?.typed);
    thread.classList.toggle("waiting", isWaiting);
    thread.querySelector(".waits")?.remove();
    if (!isWaiting) return;
    const { comment, replacement, link, tags } = typed(form), words = comment || replacement || link || tags || "";
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
    const isRefused = Boolean(own.querySelector(".wrong"));
    begun(own, isRefused ? Drafts.sent : own.dataset.draft || location.pathname + location.search, undefined, isRefused ? {} : undefined);
    if (own.typed) notice(own);
    own.addEventListener("submit", () => Drafts.sending(own.draftName));
    own.querySelector("[data-leave]").addEventListener("click", () => { done(own); unsaved = false; });
  }

  return { fetched, refused, unsent, done, tell, field };
})();
