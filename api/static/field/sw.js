/*
 * The service worker of the field app: the shell comes from the phone first, so that it starts without a signal.
 *
 * The server puts `self.SHELL_VERSION` and `self.PRECACHE` (the addresses of the shell's files) before this text; any
 * changed file makes another version. A new version waits until somebody asks for it. Answers of the interface are
 * never kept: what an officer may see is sealed in the database instead.
 */

const PREFIX = "nhavung-shell-";
const NAME = PREFIX + self.SHELL_VERSION;
const SHELL = "/field/";

self.addEventListener("install", (event) => {
  event.waitUntil(fill());
});

/** Every file is asked for again; of those the page has just fetched, the server answers that they still hold. */
async function fill() {
  const cache = await caches.open(NAME);
  await cache.addAll(self.PRECACHE.map((url) => new Request(url, { cache: "no-cache" })));
}

self.addEventListener("activate", (event) => {
  event.waitUntil(takeOver());
});

async function takeOver() {
  const old = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== NAME);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin || url.pathname.startsWith("/api/"))
    return;
  const isShell = request.mode === "navigate" && url.pathname === SHELL;
  event.respondWith(fromShell(isShell ? SHELL : request));
});

// Not `ignoreSearch`: a browser looks through the whole cache for that, once for each file.
async function fromShell(wanted) {
  const kept = await caches.match(wanted, { cacheName: NAME, ignoreVary: true });
  return kept || fetch(wanted);
}
