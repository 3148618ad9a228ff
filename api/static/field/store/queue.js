/**
 * Records that are finished: from "saved on this phone" to "sent, with a receipt".
 *
 * A record is a row of kind `record`: its envelope's text sealed in `text` (what a saved queue file holds), what
 * the app knows about it sealed in `data`, and its state in plain columns. Photos are rows of kind `photo`.
 *
 * states: ready → sending → photos (text arrived, photos to go) → sent; refused, conflict, broken: stay here with
 * their reason and block nobody; returned: sent, and given back with a comment.
 */

import { localIso } from "../ui/words.js";
import * as store from "./database.js";
import * as drafts from "./drafts.js";
import { me } from "./me.js";
import * as kept from "./vault.js";
import { openBytes, openText, seal, sha256 } from "./vault.js";

/** @import { Draft, Envelope, FinishedDraft, Photo, Receipt, Record, Returned } from "../types.js" */

/** States in which something has not left this phone yet. */
export const UNSENT = ["ready", "sending", "photos", "refused", "conflict", "broken"];

const listeners = new Set();
const LEAST_REST_MS = 400;
const MOST_CHANGES = 200;

/** Be told when records change: at once, then again once it is through and has rested; returns how to stop. */
export function watch(listener) {
  const watcher = { listener, isBusy: false, isDue: false };
  listeners.add(watcher);
  return () => listeners.delete(watcher);
}

/** While hundreds of records are sent, a list is painted now and then: sending keeps most of a slow phone's time. */
async function tell(watcher) {
  watcher.isDue = watcher.isBusy;
  if (watcher.isBusy || !listeners.has(watcher)) return;
  watcher.isBusy = true;
  const begun = performance.now();
  const rested = () => {
    watcher.isBusy = false;
    if (watcher.isDue) tell(watcher);
  };
  try {
    await watcher.listener();
  } finally {
    setTimeout(rested, Math.max(LEAST_REST_MS, 3 * (performance.now() - begun)));
  }
}

/** Tell everybody that records changed. */
export const changed = () => listeners.forEach(tell);

/** The key of a record: its id and version. */
export const keyOf = (id, version) => `${id}.${version}`;

/**
 * From a draft to a record waiting to be sent. The draft goes and the record comes in one transaction.
 * @param {FinishedDraft} draft
 * @param {Partial<Record>} about What lists say of it.
 * @returns {Promise<string>} Its key.
 */
export async function finish(draft, about) {
  const envelope = envelopeOf(draft);
  const text = canonical(envelope);
  const version = draft.base_version + 1;
  const info = {
    id: draft.id,
    version,
    kind: draft.kind,
    form: draft.form,
    ...about,
    captured_at: envelope.captured_at,
    content_sha256: await sha256(text),
    photos: draft.photos.map(({ sha256: hash, slot, size_bytes, content_type }) => ({
      sha256: hash,
      slot,
      size_bytes,
      content_type,
    })),
    stored: [],
    draft,
  };
  const photo_hashes = info.photos.map((photo) => photo.sha256);
  const waiting = { state: "ready", tries: 0, next_at: 0, saved_at: Date.now() };
  const plain = { ...waiting, size: text.length, photo_hashes, text: await seal(text) };
  const row = await kept.sealed("record", keyOf(draft.id, version), info, plain);
  await drafts.close(draft);
  try {
    await store.write([row], [kept.keyOf("draft", draft.id)]);
  } catch (error) {
    drafts.reopen(draft);
    throw error;
  }
  changed();
  return row.id;
}

/**
 * @param {FinishedDraft} draft
 * @returns {Envelope}
 */
function envelopeOf(draft) {
  return {
    id: draft.id,
    kind: draft.kind,
    form: draft.form,
    form_version: draft.form_version,
    base_version: draft.base_version,
    captured_at: draft.captured_at,
    officer: me.officer.username,
    device: me.account?.device_id ?? null,
    payload: draft.payload,
    photos: draft.photos.map(({ sha256: hash, slot, size_bytes, content_type, fix }) => ({
      sha256: hash,
      slot,
      size_bytes,
      content_type,
      ...fix,
    })),
    changed_after_result: draft.changes
      .slice(0, MOST_CHANGES)
      .map(({ code, at }) => ({ question: code, at: localIso(new Date(at)) })),
  };
}

/**
 * Every record: {key, state, tries, next_at, saved_at, size, reason, …what is sealed}; newest first.
 * @returns {Promise<Record[]>}
 */
export async function records() {
  const found = (await kept.list("record")).map(({ row, value }) => seen(row, value));
  return found.sort((a, b) => b.saved_at - a.saved_at);
}

/**
 * One record, or null.
 * @param {string} key
 * @returns {Promise<Record | null>}
 */
export async function record(key) {
  const row = await store.row(me.officer.id, "record", key);
  return row ? seen(row, await kept.get("record", key).catch(() => null)) : null;
}

/** @returns {Record} */
function seen(row, value) {
  const { state, tries, next_at, saved_at, size, sent_at } = row;
  const plain = { key: row.id, state: value ? state : "broken", tries, next_at, saved_at, size, sent_at };
  return {
    ...(value ?? { id: row.id.split(".")[0], version: Number(row.id.split(".")[1]), photos: [], stored: [] }),
    ...plain,
  };
}

/**
 * The envelope's text of each record, whole and as it was finished; null where this phone damaged it.
 * @param {Record[]} all
 * @returns {Promise<(string | null)[]>}
 */
export async function textsOf(all) {
  const rows = await store.some(all.map((one) => kept.keyOf("record", one.key)));
  return Promise.all(all.map((one, index) => textIn(rows[index], one)));
}

/** The same of one record. */
export const textOf = async (one) => (await textsOf([one]))[0];

async function textIn(row, one) {
  try {
    const text = await openText(row.text);
    return (await sha256(text)) === one.content_sha256 ? text : null;
  } catch {
    return null;
  }
}

/** The bytes of a photo, whole; null when this phone lost or damaged them. */
export async function photoOf(hash) {
  const row = await store.row(me.officer.id, "photo", hash);
  try {
    const content = await openBytes(row);
    return (await sha256(content)) === hash ? content : null;
  } catch {
    return null;
  }
}

const PLAIN = ["state", "tries", "next_at", "sent_at"];

/**
 * Change a record: plain columns, and what is sealed when something of it changed.
 * @param {Record} one
 * @param {Partial<Record>} changes
 */
export async function update(one, changes) {
  await updateAll([[one, changes]]);
}

/**
 * Change several records in one transaction: [record, changes] each.
 * @param {[Record, Partial<Record>][]} pairs
 */
export async function updateAll(pairs) {
  await store.write(await changedRows(pairs));
  for (const [one, changes] of pairs) Object.assign(one, changes);
}

/** @param {[Record, Partial<Record>][]} pairs */
async function changedRows(pairs) {
  const rows = await store.some(pairs.map(([one]) => kept.keyOf("record", one.key)));
  return Promise.all(pairs.map(([one, changes], index) => changedRow(rows[index], one, changes)));
}

async function changedRow(row, one, changes) {
  const plain = Object.fromEntries(Object.entries(changes).filter(([name]) => PLAIN.includes(name)));
  const rest = Object.entries(changes).filter(([name]) => !PLAIN.includes(name));
  if (!rest.length || one.state === "broken") return { ...row, ...plain };
  const { key, state, tries, next_at, saved_at, size, sent_at, ...info } = {
    ...one,
    ...Object.fromEntries(rest),
  };
  return { ...row, ...plain, ...(await seal(JSON.stringify(info))) };
}

/**
 * After a receipt for everything: note it. Its photos stay for a while (`letGo`): a server may be lost.
 * @param {Record} one
 * @param {Receipt} receipt
 */
export async function settle(one, receipt) {
  /** @type {Partial<Record>} */
  const changes = {
    state: "sent",
    sent_at: Date.now(),
    receipt,
    reason: null,
    stored: one.photos.map((photo) => photo.sha256),
  };
  await updateAll([[one, changes]]);
}

const KEPT_MS = 30 * 24 * 3600 * 1000;
const LOW_BYTES = 300 * 1024 * 1024;
const MARGIN_MS = 24 * 3600 * 1000;

/**
 * Let go of the photos of records sent more than 30 days ago, of all that were sent where the phone is nearly full;
 * what is typed stays.
 */
export async function letGo() {
  const { free } = await store.room();
  const until = free !== null && free < LOW_BYTES ? Date.now() : Date.now() - KEPT_MS;
  const all = await records();
  const isOld = (one) => !UNSENT.includes(one.state) && (one.sent_at ?? 0) < until;
  const others = [...(await drafts.all()), ...all.filter((one) => !isOld(one))];
  const needed = new Set(others.flatMap((one) => (one.photos ?? []).map((photo) => photo.sha256)));
  const old = all.filter(isOld).flatMap((one) => one.photos.map((photo) => photo.sha256));
  const idle = old.filter((hash) => !needed.has(hash));
  if (idle.length) await store.write([], idle.map((hash) => kept.keyOf("photo", hash)));
}

/**
 * The server was restored to a moment: whatever it acknowledged after it (a day before, for clocks) is offered once
 * more. What it has all the same gets its first receipt again.
 * @param {string} restoredTo
 */
export async function offerAgain(restoredTo) {
  const since = Date.parse(restoredTo) - MARGIN_MS;
  // Its photos may have arrived long after its text.
  const isSafe = (one) => Date.parse(one.receipt?.received_at) < since && (one.sent_at ?? 0) < since;
  const isLost = (one) => !UNSENT.includes(one.state) && !isSafe(one);
  const lost = (await records()).filter(isLost);
  // One try was made before: the server may hold it, so it is corrected by a next version and never in its place.
  /** @type {Partial<Record>} */
  const anew = { state: "ready", tries: 1, next_at: 0, stored: [], back: null, reason: restored() };
  if (lost.length) await updateAll(lost.map((one) => [one, { ...anew }]));
  changed();
}

function restored() {
  return {
    message: {
      vi: "Máy chủ đã khôi phục từ bản sao lưu; bản ghi này được gửi lại.",
      en: "The server was restored from a backup; this record is sent again.",
    },
  };
}

/**
 * The photos of `one` that no draft and no other record names.
 * @param {{id: string, key?: string, photos: Photo[]}} one
 * @returns {Promise<string[]>} Their hashes.
 */
export async function unneeded(one) {
  if (!one.photos?.length) return [];
  const others = [...(await drafts.all()), ...(await records())];
  const isSelf = (other) => other.id === one.id && other.key === one.key;
  const needed = new Set(
    others
      .filter((other) => !isSelf(other))
      .flatMap((other) => (other.photos ?? []).map((photo) => photo.sha256)),
  );
  return one.photos.map((photo) => photo.sha256).filter((hash) => !needed.has(hash));
}

/**
 * What waits on this phone: how many records, their photos and the bytes left to send, since when.
 * @param {Record[]} all
 */
export function unsent(all) {
  const waiting = all.filter((one) => UNSENT.includes(one.state));
  const photos = waiting.flatMap((one) =>
    (one.photos ?? []).filter((photo) => !(one.stored ?? []).includes(photo.sha256)),
  );
  const text = waiting.filter((one) => one.state !== "photos").reduce((sum, one) => sum + (one.size || 0), 0);
  return {
    count: waiting.length,
    photos: photos.length,
    bytes: text + photos.reduce((sum, photo) => sum + photo.size_bytes, 0),
    since: waiting.length ? Math.min(...waiting.map((one) => one.saved_at)) : null,
  };
}

/** Whether the server surely stores nothing of a record, so that it may still be changed itself. */
const isOnlyHere = (row) =>
  (row.state === "ready" && row.tries === 0) || row.state === "refused" || row.state === "conflict";

/**
 * Open a record for correction: back to a draft if it never left, else a draft of its next version. The draft's id.
 * @param {Record} one
 * @param {number | null} baseVersion The version of somebody else to go on from.
 * @returns {Promise<string>}
 */
export async function correct(one, baseVersion = null) {
  if (baseVersion === null && (await drafts.load(one.id))) return one.id;
  const wrong = one.back?.faults?.[0]?.question ?? one.receipt?.faults?.[0]?.question;
  // Where something is wrong, to that; who goes on in spite of somebody else's change looks over it all.
  const at = baseVersion !== null ? { page: "@end" } : wrong ? { question: wrong } : null;
  const fresh = { changes: [], seen: null, at };
  const old = /** @type {Draft} */ (one.draft);
  /** @type {Draft} */
  const draft = { ...old, ...fresh, officer: me.officer.id, photos: [...old.photos] };
  draft.saved_at = Date.now();
  if (baseVersion !== null) draft.base_version = baseVersion;
  if (!(await store.replaceIf(kept.keyOf("record", one.key), isOnlyHere, await drafts.row(draft)))) {
    draft.base_version = baseVersion ?? Math.max(await newestVersion(one.id), one.back?.newest_version ?? 0);
    if (baseVersion === null) draft.answers = { ...draft.answers, ...mendedBy(one.back) };
    draft.corrects = one.key;
    await store.write([await drafts.row(draft)]);
  }
  changed();
  return draft.id;
}

/**
 * What somebody else has put right since, as far as this phone is told.
 * @param {Returned | null | undefined} back
 */
const mendedBy = (back) =>
  Object.fromEntries(
    (back?.changed ?? []).filter(({ now }) => now != null).map(({ question, now }) => [question, now]),
  );

/**
 * Mark records as being sent, those that are still waiting; the others were taken back meanwhile.
 * @param {Record[]} all
 * @returns {Promise<Record[]>}
 */
export async function claim(all) {
  const isWaiting = (row) => ["ready", "sending"].includes(row.state);
  const keys = all.map((one) => kept.keyOf("record", one.key));
  const done = await store.changeWhere(keys, isWaiting, (row) => ({
    state: "sending",
    tries: row.tries + 1,
  }));
  const claimed = new Set(done.map((key) => key[2]));
  const mine = all.filter((one) => claimed.has(one.key));
  for (const one of mine) Object.assign(one, { state: "sending", tries: one.tries + 1 });
  return mine;
}

async function newestVersion(id) {
  const mine = (await kept.headers("record")).filter((row) => row.id.startsWith(`${id}.`));
  return Math.max(...mine.map((row) => Number(row.id.split(".")[1])));
}

// --- one text for equal content, letter for letter as the server writes it

/** The canonical JSON of a value: sorted keys, no spaces. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const keys = Object.keys(value)
      .filter((key) => value[key] !== undefined)
      .sort();
    return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
  }
  return typeof value === "number" ? numeral(value) : JSON.stringify(well(value));
}

/** Numbers as the server writes them after reading them: below 0,0001 with an exponent of two digits. */
function numeral(value) {
  const isSmall = value !== 0 && Math.abs(value) < 1e-4;
  return isSmall ? value.toExponential().replace(/e-(\d)$/, "e-0$1") : String(value);
}

/** Text without half characters, which no database keeps. */
const well = (value) => (typeof value === "string" && value.toWellFormed ? value.toWellFormed() : value);
