/*
 * Edino's browser tracker: docs/tracker.md.
 *
 *   edino.load("WRITE_KEY", {url: "https://edino.shop.example", consent: false});
 *   edino.page(); edino.track("Product Viewed", {sku: "P1"}); edino.identify("u17", {email: "…"});
 *   edino.consent(true);
 *
 * Each event is kept under its own name in localStorage until the collector has taken it, so tabs never overwrite one
 * another. An event may travel twice (a page that closes cannot hear the answer); its messageId makes it count once.
 * Nothing about the visitor goes into an address: addresses end in logs.
 */
(() => {
  "use strict";

  const PREFIX = "edino.";
  const QUEUED = PREFIX + "q.";
  const MOST_KEPT = 500;
  const BATCH_BYTES = 30000; // browsers allow 64 KB for all requests that outlive a page
  const FIRST_WAIT = 1000;
  const LONGEST_WAIT = 300000;

  let key = "";
  let url = "";
  let asked = false; // whether the shop wants consent before anything is kept
  let allowed = null; // true, false, or null: not said yet, so events wait in memory
  let choices = null;
  let waiting = [];
  const mine = new Set(); // what this tab has queued and nobody has acknowledged
  const flying = new Set();
  let timer = 0;
  let failures = 0;
  let busy = false;
  let count = 0;

  // A browser that forbids storage gets a tracker that forgets with the page.
  const memory = new Map();
  const store = {
    get: (name) => {
      try { return localStorage.getItem(name) ?? memory.get(name); } catch { return memory.get(name); }
    },
    set: (name, value) => {
      try { localStorage.setItem(name, value); } catch { memory.set(name, value); }
    },
    drop: (name) => {
      memory.delete(name);
      try { localStorage.removeItem(name); } catch { /* there was nothing */ }
    },
    names: (prefix) => {
      let all = [...memory.keys()];
      try { all = all.concat(Object.keys(localStorage)); } catch { /* only memory then */ }
      return all.filter((name) => name.startsWith(prefix)).sort();
    },
  };

  // crypto.randomUUID is missing on plain http, where many shop tests run.
  const uuid = () => "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
    (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16));

  // Read each time, since another tab may have logged in, reset or withdrawn meanwhile.
  const visitor = () => {
    if (!store.get(PREFIX + "id")) store.set(PREFIX + "id", uuid());
    return store.get(PREFIX + "id");
  };

  // Query strings may hold e-mails and tokens: only what advertisements put there is told.
  const page = () => {
    const campaign = {};
    const clicks = new URLSearchParams();
    new URLSearchParams(location.search).forEach((value, name) => {
      if (name.startsWith("utm_")) campaign[name.slice(4).replace("campaign", "name")] = value;
      if (/^[a-z]{1,3}clid$/.test(name)) clicks.append(name, value);
    });
    return [{
      path: location.pathname,
      url: location.origin + location.pathname,
      search: String(clicks),
      title: document.title,
      referrer: document.referrer.split(/[?#]/)[0],
    }, campaign];
  };

  const record = (type, fields) => {
    if (allowed === false) return;
    const [here, campaign] = page();
    const context = {library: {name: "edino.js", version: "1"}, locale: navigator.language, page: here};
    if (Object.keys(campaign).length) context.campaign = campaign;
    const event = {type, messageId: uuid(), originalTimestamp: new Date().toISOString(), ...fields, context};
    if (allowed) keep(event); else if (waiting.length < MOST_KEPT) waiting.push(event);
  };

  const keep = (event) => {
    const last = store.get(PREFIX + "user");
    if (event.userId && last && event.userId !== last) edino.reset(); // a shared device changes hands
    if (event.userId) store.set(PREFIX + "user", event.userId);
    else if (last) event.userId = last;
    event.anonymousId = visitor();
    if (choices) event.context.consent = {categoryPreferences: choices};
    const old = store.names(QUEUED);
    old.slice(0, Math.max(0, old.length - MOST_KEPT + 1)).forEach(store.drop);
    const name = QUEUED + Date.now() + "." + String(count++).padStart(6, "0") + "." + event.messageId;
    store.set(name, JSON.stringify(event));
    mine.add(name);
    soon(failures ? wait() : FIRST_WAIT);
  };

  const wait = () => Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** failures) * (0.5 + Math.random() / 2);

  const soon = (after) => {
    clearTimeout(timer);
    timer = setTimeout(flush, after);
  };

  const post = async (names) => {
    const now = new Date().toISOString();
    const batch = [];
    let bytes = 0;
    const taken = [];
    for (const name of names) {
      const text = store.get(name);
      if (!text) continue;
      bytes += new Blob([text]).size;
      if (batch.length && bytes > BATCH_BYTES) break;
      batch.push({...JSON.parse(text), sentAt: now});
      taken.push(name);
    }
    if (!batch.length) return false;
    // As plain text there is no preflight, which a closing page could not wait for.
    const body = new Blob([JSON.stringify({writeKey: key, batch})], {type: "text/plain"});
    if (!("keepalive" in Request.prototype) && document.visibilityState === "hidden") {
      navigator.sendBeacon(url, body);
      taken.forEach((name) => mine.delete(name)); // no answer will come: the next page sends them again
      return false;
    }
    taken.forEach((name) => flying.add(name));
    try {
      const signal = AbortSignal.timeout?.(30000);
      const answer = await fetch(url, {method: "POST", body, keepalive: true, credentials: "omit", signal});
      if (answer.status === 429 || answer.status >= 500) throw new Error(answer.status);
      // Taken, or refused for good: sending it again would not help.
      if (!answer.ok) console.warn("edino: refused with " + answer.status);
      taken.forEach((name) => { store.drop(name); mine.delete(name); });
      failures = 0;
      return true;
    } catch {
      failures++;
      soon(wait());
      return false;
    } finally {
      taken.forEach((name) => flying.delete(name));
    }
  };

  // One tab sends at a time; a browser without locks may send twice, which the messageId mends.
  const alone = (work) => navigator.locks
    ? navigator.locks.request(PREFIX + "send", {ifAvailable: true}, (lock) => lock ? work() : soon(FIRST_WAIT))
    : work();

  const unsent = () => store.names(QUEUED).filter((name) => !flying.has(name));

  const flush = async () => {
    if (!key || !allowed || busy || !unsent().length) return;
    busy = true;
    try {
      await alone(async () => { while (allowed && await post(unsent())); });
    } finally {
      busy = false;
    }
  };

  const hide = () => {
    const names = [...mine].filter((name) => !flying.has(name));
    if (key && allowed && names.length) post(names);
  };

  addEventListener("pagehide", hide);
  addEventListener("pageshow", () => soon(0));
  addEventListener("online", () => { failures = 0; soon(0); });
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" ? hide() : soon(0));
  addEventListener("storage", (change) => {
    if (change.key !== PREFIX + "consent") return;
    settle(change.newValue === "yes" || (!asked && change.newValue !== "no"));
  });

  const settle = (given) => {
    allowed = given;
    if (given) visitor(); // at once: what a tab stores reaches the others a moment later
    if (given) waiting.forEach(keep); else mine.clear();
    waiting = [];
    soon(0);
  };

  const edino = {
    /** Start sending. `url`: where Edino is. `consent`: false waits for `edino.consent(true)`; by default it is given. */
    load(writeKey, options = {}) {
      key = writeKey;
      url = (options.url || location.origin).replace(/\/$/, "") + "/v1/batch";
      asked = options.consent !== undefined && options.consent !== true;
      const said = store.get(PREFIX + "consent");
      if (typeof options.consent === "object") edino.consent(options.consent);
      else if (said === "no") settle(false);
      else if (said === "yes" || !asked) edino.consent(true);
    },

    page: (name, properties) => record("page", {name: name || "", properties: properties || {}}),

    track: (event, properties) => record("track", {event, properties: properties || {}}),

    identify: (userId, traits) =>
      record("identify", {...(userId == null || userId === "" ? {} : {userId: String(userId)}), traits: traits || {}}),

    /** After log-out: whoever comes next on this device is somebody else. */
    reset() {
      store.drop(PREFIX + "user");
      store.drop(PREFIX + "id");
    },

    /** true, false, or {analytics: true, …}. What waited is sent; a withdrawal deletes all that was kept. */
    consent(given) {
      choices = typeof given === "object" ? given : null;
      const yes = given === true || given?.analytics === true;
      if (!yes) store.names(PREFIX).forEach(store.drop);
      // Where consent is asked for, a refusal leaves no trace; elsewhere the next page must know of it.
      if (yes === asked) store.set(PREFIX + "consent", yes ? "yes" : "no"); else store.drop(PREFIX + "consent");
      settle(yes);
    },
  };

  window.edino = edino;
})();
