// What the shop's pages do besides htmx: the tracker with its consent, offline, the kiosk's clock, a hand-over code.
(() => {
  "use strict";
  const doc = document, set = doc.body.dataset;

  if ("serviceWorker" in navigator && set.worker) {
    navigator.serviceWorker.register(set.worker, { scope: set.scope }).catch(() => { /* a shop without it still sells */ });
  }

  // The tracker waits in memory until somebody has agreed. What happened stands in the page as data.
  if (window.edino && set.key) {
    edino.load(set.key, { url: location.origin, consent: set.consent === "yes" ? { analytics: true } : false });
    if (set.consent === "no") edino.consent(false);
    edino.page(set.page || "");
    const tell = (from) => from.querySelectorAll?.("[data-track]:not([data-told])").forEach((mark) => {
      mark.dataset.told = "";
      edino.track(mark.dataset.track, JSON.parse(mark.dataset.properties || "{}"));
    });
    tell(doc);
    doc.addEventListener("htmx:load", (event) => tell(event.detail.elt));
    doc.addEventListener("submit", (event) => {
      const choice = event.submitter?.dataset.consent;
      if (!choice) return;
      edino.consent(choice === "yes" ? { analytics: true } : false);
      const field = event.target.elements.tracker;
      if (field && choice === "yes") field.value = localStorage.getItem("edino.id") || "";
    });
  }

  // What narrows the shelf stands open where there is room for it.
  if (matchMedia("(min-width: 46.01rem)").matches) doc.querySelectorAll(".narrow > details").forEach((one) => { one.open = true; });

  // A form that answers to each choice, without a button.
  doc.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form?.dataset.auto !== undefined && !form.hasAttribute("hx-get") && !form.hasAttribute("hx-post")) form.requestSubmit();
  });

  // A hand-over: the token stands after "#", which no server's log sees.
  const join = doc.querySelector("form[data-join]");
  if (join && location.hash.length > 1) {
    join.elements.token.value = decodeURIComponent(location.hash.slice(1));
    history.replaceState(null, "", location.pathname);
    join.requestSubmit();
  }

  // On to the bank; back from it, look again until it has answered.
  const go = doc.querySelector("[data-go]"), again = doc.querySelector("[data-again]");
  if (go) location.assign(go.href);
  if (again) setTimeout(() => location.assign(again.dataset.again), 6000);

  // A kiosk forgets whoever walks away: first it asks, then it goes back to the start and logs out.
  if (set.kiosk) {
    const dialog = doc.getElementById("still-there"), seconds = Number(set.idle) || 60, warning = Math.min(15, seconds / 3);
    let idle;
    const reset = () => { dialog?.close(); doc.getElementById("leave").requestSubmit(); };
    const ask = () => { dialog?.showModal(); idle = setTimeout(reset, warning * 1000); };
    const start = () => { clearTimeout(idle); idle = setTimeout(ask, (seconds - warning) * 1000); };
    ["pointerdown", "keydown", "scroll", "input"].forEach((type) => addEventListener(type, () => { if (dialog?.open) dialog.close(); start(); }, { passive: true }));
    start();
  }
})();
