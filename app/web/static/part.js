// Parts of pages, as the server has them now.
"use strict";

window.Part = (() => {
  const HEADERS = { "HX-Request": "true" };
  const ask = (url) => fetch(url, { headers: HEADERS }).catch(() => ({ ok: false }));
  const send = (url, fields) => fetch(url, { method: "POST", headers: HEADERS, body: new URLSearchParams(fields) })
    .catch(() => ({ ok: false }));

  return { ask, send };
})();
