// What was typed into the forms of the margin and not sent: kept in this browser until it is sent
// or thrown away, for the person who typed it. Each form's words have a name of their own.
"use strict";

window.Drafts = (() => {
  const PREFIX = `draft:${document.body.dataset.drafts}:`; // of this person in this library
  const SENT = `sent:${PREFIX}`;
  const loose = new Map(); // what the browser has no room for: it is lost with the page

  function keep(name, draft) {
    const text = JSON.stringify(draft);
    loose.delete(name);
    try { localStorage.setItem(PREFIX + name, text); } catch { loose.set(name, text); }
  }

  function forget(name) {
    loose.delete(name);
    try { localStorage.removeItem(PREFIX + name); } catch { /* then nothing was kept in it */ }
  }

  function of(name) {
    try { return JSON.parse(loose.get(name) ?? localStorage.getItem(PREFIX + name)); } catch { return null; }
  }

  function names() {
    let kept = [];
    try { kept = Object.keys(localStorage); } catch { /* the same */ }
    return [...new Set([...kept.filter((key) => key.startsWith(PREFIX)).map((key) => key.slice(PREFIX.length)), ...loose.keys()])];
  }

  // What another window kept or forgot; a page that comes back from where pages rest heard nothing.
  const tell = () => document.dispatchEvent(new Event("drafts"));
  window.addEventListener("storage", (event) => { if (event.key?.startsWith(PREFIX)) tell(); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) tell(); });

  // One window at a time sends it: false while another one does. Where windows cannot agree on that
  // (an address without https, a browser that keeps nothing) each goes by itself.
  async function alone(name, act) {
    let isBegun = false;
    const first = async (lock) => { isBegun = true; return lock ? (await act(), true) : false; };
    try {
      return await navigator.locks.request(PREFIX + name, { ifAvailable: true }, first);
    } catch (error) {
      if (isBegun) throw error;
      return first(true);
    }
  }

  // A form that is a page of its own is sent with the page: the next one shows whether it was taken.
  function sending(name) {
    try { sessionStorage.setItem(SENT, name); } catch { /* then it is offered once more */ }
  }

  function arrived() {
    try {
      const name = sessionStorage.getItem(SENT);
      sessionStorage.removeItem(SENT);
      if (name && (location.hash.startsWith("#annotation-") || location.pathname === "/annotations/")) forget(name);
      return name;
    } catch {
      return null;
    }
  }

  // Who signs out leaves no words behind on a machine that others may use.
  document.addEventListener("submit", (event) => {
    const kept = names(), what = kept.length === 1 ? "What you typed in a margin and did not send" : `${kept.length} things that you typed in margins and did not send`;
    if (!event.target.matches("form.leave") || !kept.length) return;
    if (confirm(`${what} will be thrown away. Sign out?`)) kept.forEach(forget); else event.preventDefault();
  });

  return { keep, forget, of, names, alone, sending, sent: arrived(), areLoose: () => loose.size > 0 };
})();
