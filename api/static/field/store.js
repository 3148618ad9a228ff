/**
 * What lies on the phone: IndexedDB through idb. Rows are keyed by officer; what they hold is sealed by `vault.js`.
 *
 * officers: who uses this phone, their wrapped keys, how often a PIN was wrong. rows: drafts, records, photos and
 * what was downloaded, each {officer, kind, id, …plain, iv, data}; plain columns hold states and sizes only.
 */

import "/static/vendor/idb/build/umd.js";

const NAME = "nhavung-field";
let opened = null;

/** The database, opened once. */
export function database() {
  opened ??= globalThis.idb.openDB(NAME, 1, {
    upgrade(db) {
      db.createObjectStore("officers", { keyPath: "id" });
      db.createObjectStore("rows", { keyPath: ["officer", "kind", "id"] });
    },
    blocking: (_, __, event) => event.target.close(),
    terminated: () => (opened = null),
  });
  return opened;
}

/** Everybody who uses this phone. */
export const officers = async () => (await database()).getAll("officers");

/** One of them. */
export const officer = async (id) => (await database()).get("officers", id);

/** Keep parts of one of them, if the row still passes a test, in one transaction; false when it does not. */
export async function changeOfficer(id, parts, test = () => true) {
  const change = (await database()).transaction("officers", "readwrite", { durability: "strict" });
  const row = await change.store.get(id);
  const isFit = test(row);
  if (isFit) change.store.put({ ...row, id, ...parts }).catch(() => {});
  await change.done;
  return isFit;
}

/** One row, or undefined. */
export const row = async (who, kind, id) => (await database()).get("rows", [who, kind, id]);

/** All rows of a kind. */
export const rows = async (who, kind) => (await database()).getAll("rows", range(who, kind));

/** The rows of these keys, read in one transaction; undefined where there is none. */
export async function some(keys) {
  const { store } = (await database()).transaction("rows");
  return Promise.all(keys.map((key) => store.get(key)));
}

/** How many rows of a kind there are. */
export const count = async (who, kind) => (await database()).count("rows", range(who, kind));

/** Put and delete rows in one transaction; on the disk when this returns. */
export async function write(puts, deletes = []) {
  const change = (await database()).transaction("rows", "readwrite", { durability: "strict" });
  for (const one of puts) change.store.put(one).catch(() => {});
  for (const key of deletes) change.store.delete(key).catch(() => {});
  await change.done;
}

/** Change plain columns of the rows that still pass a test, in one transaction; the keys of those changed. */
export async function changeWhere(keys, test, changes) {
  const change = (await database()).transaction("rows", "readwrite", { durability: "strict" });
  const found = await Promise.all(keys.map((key) => change.store.get(key)));
  const fit = found.filter((one) => one && test(one));
  for (const one of fit) change.store.put({ ...one, ...changes(one) }).catch(() => {});
  await change.done;
  return fit.map((one) => [one.officer, one.kind, one.id]);
}

/** Put `made` in the place of a row that still passes a test; false when it no longer does. */
export async function replaceIf(key, test, made) {
  const change = (await database()).transaction("rows", "readwrite", { durability: "strict" });
  const row = await change.store.get(key);
  const isFit = Boolean(row) && test(row);
  if (isFit) {
    change.store.delete(key).catch(() => {});
    change.store.put(made).catch(() => {});
  }
  await change.done;
  return isFit;
}

const range = (who, kind) => IDBKeyRange.bound([who, kind], [who, kind, []]);

/** Ask the browser never to throw our data away, and how much room there is. */
export async function room() {
  const storage = navigator.storage;
  if (!storage?.estimate) return { persisted: null, free: null };
  const persisted = storage.persisted ? await storage.persisted() : null;
  const { quota = 0, usage = 0 } = await storage.estimate();
  return { persisted, free: Math.max(0, quota - usage), used: usage };
}

/** Ask for storage that the browser does not clear by itself; its answer. */
export async function askToPersist() {
  try {
    return (await navigator.storage?.persist?.()) ?? null;
  } catch {
    return null;
  }
}
