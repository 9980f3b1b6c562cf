// The shop without a line: its look and one page that says so. Nothing that is personal is ever kept.
const SHELF = "edino-shop-VERSION";
const KEPT = KEPT_LIST;
const OFFLINE = "OFFLINE_PAGE";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELF).then((shelf) => shelf.addAll([...KEPT, OFFLINE])).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name.startsWith("edino-shop-") && name !== SHELF);
  event.waitUntil(caches.keys().then((names) => Promise.all(old(names).map((name) => caches.delete(name)))).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
  } else if (KEPT.includes(url.pathname)) {
    // What the shelf holds at once, and the fresh one for next time.
    event.respondWith(caches.open(SHELF).then(async (shelf) => {
      const kept = await shelf.match(request, { ignoreSearch: true });
      const fresh = fetch(request).then((answer) => { if (answer.ok) shelf.put(request, answer.clone()); return answer; });
      if (!kept) return fresh;
      event.waitUntil(fresh.catch(() => undefined));
      return kept;
    }));
  }
});
