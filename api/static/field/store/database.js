/**
 * What lies on the phone: IndexedDB through idb. Rows are keyed by officer; what they hold is sealed by `vault.js`.
 *
 * officers: who uses this phone, their wrapped keys, how often a PIN was wrong. rows: drafts, records, photos and
 * what was downloaded, each {officer, kind, id, …plain, iv, data}; plain columns hold states and sizes only.
 */

import "/static/vendor/idb/build/umd.js";

/** @import { IDBPDatabase, IDBPObjectStore, OpenDBCallbacks } from "idb" */

const NAME = "nhavung-field";
const VERSION = 1;
/** @type {Promise<IDBPDatabase> | null} */
let opened = null;

const forget = () => (opened = null);

/**
 * A later version may add to this and take nothing away: windows with an older app go on writing.
 * @type {OpenDBCallbacks<any>}
 */
const LAYOUT = {
  upgrade(db) {
    db.createObjectStore("officers", { keyPath: "id" });
    db.createObjectStore("rows", { keyPath: ["officer", "kind", "id"] });
  },
  blocking: (_, __, event) => (/** @type {IDBDatabase} */ (event.target).close(), forget()),
  terminated: forget,
};

/** The database: opened when it is first asked for, kept until another window or the browser closes it. */
export function database() {
  opened ??= open().catch((error) => {
    forget();
    throw error;
  });
  return opened;
}

async function open() {
  const { openDB } = globalThis.idb;
  try {
    return await openDB(NAME, VERSION, LAYOUT);
  } catch (error) {
    if (error.name !== "VersionError") throw error;
    // A newer app in another window has upgraded it: what is typed here is kept all the same.
    return openDB(NAME, undefined, LAYOUT);
  }
}

/**
 * Do something with the database, and once more with it opened anew: a transaction that failed wrote nothing.
 * @param {(db: IDBPDatabase) => any} act
 */
async function withDatabase(act) {
  try {
    return await act(await database());
  } catch {
    forget();
    return act(await database());
  }
}

/** Everybody who uses this phone. */
export const officers = () => withDatabase((db) => db.getAll("officers"));

/** One of them. */
export const officer = (id) => withDatabase((db) => db.get("officers", id));

/**
 * Keep parts of one of them, if the row still passes a test, in one transaction; false when it does not.
 * @param {number} id
 * @param {object} parts
 * @param {(row: any) => boolean} test
 */
export const changeOfficer = (id, parts, test = () => true) =>
  change("officers", async (store) => {
    const row = await store.get(id);
    const isFit = test(row);
    if (isFit) store.put({ ...row, id, ...parts }).catch(() => {});
    return isFit;
  });

/** One row, or undefined. */
export const row = (who, kind, id) => withDatabase((db) => db.get("rows", [who, kind, id]));

/** All rows of a kind. */
export const rows = (who, kind) => withDatabase((db) => db.getAll("rows", range(who, kind)));

/** The rows of these keys, read in one transaction; undefined where there is none. */
export const some = (keys) =>
  withDatabase((db) => {
    const { store } = db.transaction("rows");
    return Promise.all(keys.map((key) => store.get(key)));
  });

/** How many rows of a kind there are. */
export const count = (who, kind) => withDatabase((db) => db.count("rows", range(who, kind)));

/** Put and delete rows in one transaction; on the disk when this returns. */
export const write = (puts, deletes = []) =>
  change("rows", (store) => {
    for (const one of puts) store.put(one).catch(() => {});
    for (const key of deletes) store.delete(key).catch(() => {});
  });

/** Change plain columns of the rows that still pass a test, in one transaction; the keys of those changed. */
export const changeWhere = (keys, test, changes) =>
  change("rows", async (store) => {
    const found = await Promise.all(keys.map((key) => store.get(key)));
    const fit = found.filter((one) => one && test(one));
    for (const one of fit) store.put({ ...one, ...changes(one) }).catch(() => {});
    return fit.map((one) => [one.officer, one.kind, one.id]);
  });

/** Put `made` in the place of a row that still passes a test; false when it no longer does. */
export const replaceIf = (key, test, made) =>
  change("rows", async (store) => {
    const row = await store.get(key);
    const isFit = Boolean(row) && test(row);
    if (isFit) {
      store.delete(key).catch(() => {});
      store.put(made).catch(() => {});
    }
    return isFit;
  });

/**
 * Work in one transaction over a store; on the disk when this returns.
 * @param {"officers" | "rows"} name
 * @param {(store: IDBPObjectStore<any, any, any, "readwrite">) => any} act
 */
const change = (name, act) =>
  withDatabase(async (db) => {
    const transaction = db.transaction(name, "readwrite", { durability: "strict" });
    const [answer] = await Promise.all([act(transaction.store), transaction.done]);
    return answer;
  });

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
