/**
 * Fetching what the officer needs for days without a signal, and sending: every text first, then the photos, each
 * record on its own, one sender at a time on a phone.
 *
 * A record leaves the queue only when a receipt names its id, version, content hash and every photo, and no photo
 * is missing. Whatever ends without an answer is sent again: equal content gets its first receipt.
 */

import * as api from "./api.js";
import { me, take, useForms } from "./me.js";
import * as queue from "./queue.js";
import * as kept from "./vault.js";

/** @import { Assignment, Photo, Receipt, Record, Returned } from "../types.js" */

const BASE = "/api/v1/field";
let timer = null;

/** How much the assignment is: {households, villages, size_bytes}. */
export const assignmentSize = async () => (await api.get(`${BASE}/assignment/size`)).body;

/** Fetch forms, law and assignment; what did not change is not fetched again. */
export async function fetchAll() {
  await fetchForms();
  await fetchKept("law", `${BASE}/law?shape=3`, (body) => (me.law = body));
  await fetchAssignment();
  await queue.letGo();
}

const fetchForms = () => fetchKept("forms", `${BASE}/forms`, useForms);

async function fetchKept(name, path, use) {
  const known = await kept.get("kept", name).catch(() => null);
  const answer = await api.get(path, known?.etag);
  if (answer.status === 304) return;
  await kept.put("kept", name, { etag: answer.etag, body: answer.body });
  use(answer.body);
}

async function fetchAssignment() {
  const known = me.assignment;
  const since = known.cursor === null ? "" : `?since=${encodeURIComponent(known.cursor)}`;
  const { body } = await api.get(`${BASE}/assignment${since}`);
  // Before the new cursor is kept: an app killed in between hears of the restore once more.
  if (body.restored_to) await queue.offerAgain(body.restored_to);
  const merged = body.full === false ? merge(known, body) : body;
  const assignment = { ...merged, synced_at: Date.now() };
  await kept.put("kept", "assignment", assignment);
  take(assignment);
  await noteReturned(assignment.returned ?? []);
}

/**
 * @param {Assignment} known
 * @param {Partial<Assignment> & {removed?: string[]}} fresh
 * @returns {Assignment}
 */
function merge(known, fresh) {
  const gone = new Set(fresh.removed ?? []);
  const lay = (old, changed, key) => {
    const byKey = new Map(old.map((one) => [one[key], one]));
    for (const one of changed ?? []) byKey.set(one[key], one);
    return [...byKey.values()].filter((one) => !gone.has(one[key]));
  };
  return {
    ...known,
    ...fresh,
    villages: fresh.villages?.length ? fresh.villages : known.villages,
    households: lay(known.households, fresh.households, "id"),
    tasks: fresh.tasks ?? known.tasks,
    returned: fresh.returned ?? known.returned,
  };
}

/**
 * Note at each record what became of it at the server.
 * @param {Returned[]} returned
 */
async function noteReturned(returned) {
  const told = new Map(returned.map((one) => [queue.keyOf(one.envelope_id, one.version), one]));
  for (const mine of await queue.records()) {
    const back = told.get(mine.key);
    if (back && ["sent", "returned"].includes(mine.state))
      await queue.update(mine, { state: "returned", back });
    else if (!back && mine.state === "returned") await queue.update(mine, { state: "sent", back: null });
  }
  queue.changed();
}

/** Send everything, then fetch what is new. Throws NoSignal or Refused when fetching fails. */
export async function syncNow() {
  await sendAll({ isAsked: true });
  if (state.stopped?.why === "signal") throw new api.NoSignal();
  await fetchAll();
  await sendAll({ isAsked: true }); // what a restored server has lost
}

/** Somebody came in: what stopped sending before may hold no more. */
export function startSending() {
  Object.assign(state, { stopped: null, tries: 0 });
  return keepSending();
}

/** Send by ourselves: when the network returns, when the app is opened, and after each wait. */
export function keepSending() {
  clearTimeout(timer);
  timer = setTimeout(tick, 15000);
  return tick();
}

async function tick() {
  clearTimeout(timer);
  if (!me.officer) return;
  const isWaiting = state.stopped?.until && state.stopped.until > Date.now();
  if (navigator.onLine && !isWaiting && state.stopped?.why !== "sign-in") await sendAll({ isAsking: true });
  timer = setTimeout(tick, state.stopped?.until ? Math.max(2000, state.stopped.until - Date.now()) : 15000);
}

/** The network is back: try at once, whatever the wait was. */
export function networkReturned() {
  if (state.stopped?.why !== "sign-in") Object.assign(state, { stopped: null });
  return me.officer ? sendAll({ isAsked: true }) : null;
}

// --- sending

const ASK_AFTER_MS = 6 * 3600 * 1000;

/** Whether the server speaks from another epoch than this phone's assignment; what is older than epochs is of "0". */
const wasRestored = () =>
  api.serverEpoch() !== null &&
  me.assignment.cursor !== null &&
  api.serverEpoch() !== (me.assignment.epoch ?? "0");

const BATCH = 50;
const BATCH_CHARACTERS = 1000000;
const LONGEST_WAIT_MS = 30 * 60000;

/**
 * What goes on.
 * @type {{running: boolean, stopped: {why: "signal" | "server" | "sign-in", until: number | null} | null, tries: number}}
 */
export const state = { running: false, stopped: null, tries: 0 };

/** Milliseconds until the next attempt after `tries` without success: 5 s, doubled, at most half an hour. */
const backOff = (tries) => Math.min(LONGEST_WAIT_MS, 5000 * 2 ** Math.max(0, tries - 1));

/**
 * Send what is due (everything when `isAsked`); false when another window is sending. With `isAsking` a server not
 * heard of for hours is asked how it is, so that a restore is learnt of by a phone with nothing to send.
 */
export async function sendAll({ isAsked = false, isAsking = false } = {}) {
  if (!me.officer || !api.hasToken()) return true;
  const name = `nhavung-send-${me.officer.id}`;
  return navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
    if (!lock) return false;
    state.running = true;
    queue.changed();
    try {
      await run(isAsked);
      if (isAsking && me.assignment.cursor !== null && api.silence() > ASK_AFTER_MS) await fetchForms();
      if (wasRestored()) {
        await fetchAssignment();
        await run(true);
      }
      Object.assign(state, { stopped: null, tries: 0 });
    } catch (error) {
      stop(error);
    } finally {
      state.running = false;
      queue.changed();
    }
    return true;
  });
}

function stop(error) {
  if (error instanceof api.Refused && error.needsSignIn) {
    state.stopped = { why: "sign-in", until: null };
    return;
  }
  if (!(error instanceof api.NoSignal) && !(error instanceof api.Refused)) throw error;
  state.tries += 1;
  const asked = error instanceof api.Refused ? error.retryAfter : 0;
  const wait = Math.max(backOff(state.tries), (asked || 0) * 1000);
  state.stopped = { why: error instanceof api.NoSignal ? "signal" : "server", until: Date.now() + wait };
}

async function run(isAsked) {
  const isDue = (one) => isAsked || one.next_at <= Date.now();
  const texts = (await queue.records()).filter(
    (one) => ["ready", "sending"].includes(one.state) && isDue(one),
  );
  await sendTexts(texts.reverse());
  const photos = (await queue.records()).filter((one) => one.state === "photos" && isDue(one));
  for (const one of photos.reverse()) await sendPhotos(one);
}

// --- texts

/** @param {Record[]} records */
async function sendTexts(records) {
  for (let at = 0; at < records.length; at += BATCH) {
    const some = records.slice(at, at + BATCH);
    const texts = await queue.textsOf(some);
    /** @type {[Record, string | null][]} */
    const pairs = some.map((one, index) => [one, texts[index]]);
    const broken = pairs.filter(([, text]) => text === null);
    if (broken.length) await queue.updateAll(broken.map(([one]) => [one, { state: "broken" }]));
    const whole = /** @type {[Record, string][]} */ (pairs.filter(([, text]) => text !== null));
    for (const part of partsOf(whole)) await sendPart(part);
  }
}

/**
 * Records and their texts cut into what one request carries; a single large one goes by itself.
 * @param {[Record, string][]} pairs
 * @returns {[Record, string][][]}
 */
function partsOf(pairs) {
  /** @type {[Record, string][][]} */
  const parts = [[]];
  let size = 0;
  for (const pair of pairs) {
    size += pair[1].length;
    if (size > BATCH_CHARACTERS && parts[parts.length - 1].length) {
      parts.push([]);
      size = pair[1].length;
    }
    parts[parts.length - 1].push(pair);
  }
  return parts.filter((part) => part.length);
}

/** @param {[Record, string][]} all */
async function sendPart(all) {
  const claimed = new Set(await queue.claim(all.map(([one]) => one)));
  const part = all.filter(([one]) => claimed.has(one));
  if (!part.length) return;
  queue.changed();
  let answers;
  try {
    answers = await answersOf(part);
  } catch (error) {
    await queue.updateAll(part.map(([one]) => [one, { state: "ready" }]));
    throw error;
  }
  const changes = await Promise.all(part.map(([one], index) => outcome(one, answers[index])));
  await queue.updateAll(
    part.map(([one], index) => [one, one.photos.length ? changes[index] : settled(changes[index])]),
  );
  for (const [one] of part) if (one.receipt && isWhole(one)) await queue.settle(one, one.receipt);
  queue.changed();
}

/**
 * The server's answer to each record; where it cannot read a whole batch, each record is sent alone.
 * @param {[Record, string][]} part
 */
async function answersOf(part) {
  try {
    const { body } = await api.post("/api/v1/envelopes/batch", `[${part.map(([, text]) => text).join(",")}]`);
    if (Array.isArray(body)) return part.map((_, index) => body.find((one) => one.index === index) ?? null);
    throw new api.Refused(502, null);
  } catch (error) {
    if (!(error instanceof api.Refused) || error.needsSignIn || error.isPassing) throw error;
    const answers = [];
    for (const [, text] of part) answers.push(await answerOf(text));
    return answers;
  }
}

async function answerOf(text) {
  try {
    const { status, body } = await api.post("/api/v1/envelopes", text);
    return { status, receipt: body };
  } catch (error) {
    if (!(error instanceof api.Refused) || error.needsSignIn || error.isPassing) throw error;
    return { status: error.status, problem: error.problem };
  }
}

/**
 * @param {Record} one
 * @param {any} answer
 * @returns {Partial<Record>}
 */
function outcome(one, answer) {
  const status = answer?.status ?? 500;
  if (answer?.receipt) return received(one, answer.receipt);
  if (status === 409) return { state: "conflict", reason: inWords(answer.problem) };
  if (status >= 500 || status === 429) return later(one, inWords(answer?.problem));
  return { state: "refused", reason: inWords(answer.problem) };
}

/**
 * @param {Record} one
 * @param {Receipt} receipt
 * @returns {Partial<Record>}
 */
function received(one, receipt) {
  const isOurs =
    receipt.id === one.id && receipt.version === one.version && receipt.content_sha256 === one.content_sha256;
  const names = new Set(receipt.photos ?? []);
  if (!isOurs || !one.photos.every((photo) => names.has(photo.sha256))) return later(one, wrongReceipt());
  const missing = new Set(receipt.missing_photos ?? []);
  const stored = one.photos.map((photo) => photo.sha256).filter((hash) => !missing.has(hash));
  return { state: "photos", receipt, stored, reason: null, next_at: 0, tries: 0 };
}

/**
 * @param {Partial<Record>} changes
 * @returns {Partial<Record>}
 */
const settled = (changes) =>
  changes.state === "photos" ? { ...changes, state: "sent", sent_at: Date.now() } : changes;

/** @param {Record} one */
const isWhole = (one) => one.state === "photos" && one.stored.length === one.photos.length;

/** @returns {Partial<Record>} */
const later = (one, reason) => ({ state: "ready", reason, next_at: Date.now() + backOff(one.tries) });

function wrongReceipt() {
  const texts = {
    vi: "Biên nhận không khớp với bản ghi; bản ghi vẫn nằm trên máy và sẽ gửi lại.",
    en: "The receipt does not fit the record; the record stays on this phone and is sent again.",
  };
  return { message: texts };
}

function inWords(problem) {
  if (!problem?.message) return { message: { vi: "Máy chủ gặp lỗi", en: "The server had a fault" } };
  return { number: problem.problem, message: problem.message, next: problem.next, details: problem.details };
}

// --- photos

/** @param {Record} one */
async function sendPhotos(one) {
  for (const photo of one.photos.filter((each) => !one.stored.includes(each.sha256))) {
    const content = await queue.photoOf(photo.sha256);
    if (content === null) return queue.update(one, { state: "broken", reason: lostPhoto(photo) });
    const problem = await sendPhoto(one, photo, content);
    if (problem) return problemOfPhoto(one, problem);
    await queue.update(one, { stored: [...one.stored, photo.sha256] });
    queue.changed();
  }
  return confirm(one);
}

/**
 * @param {Record} one
 * @param {Photo} photo
 * @param {Uint8Array} content
 */
async function sendPhoto(one, photo, content) {
  try {
    await api.put(`/api/v1/photos/${photo.sha256}`, content, photo.content_type);
    return null;
  } catch (error) {
    if (!(error instanceof api.Refused) || error.needsSignIn || error.status === 429) throw error;
    return error;
  }
}

/**
 * @param {Record} one
 * @param {api.Refused} error
 */
function problemOfPhoto(one, error) {
  if (error.status === 404)
    return queue.update(one, { state: "ready", stored: [], next_at: Date.now() + backOff(one.tries + 1) });
  const tries = one.tries + 1;
  if (error.isPassing) return queue.update(one, { tries, next_at: Date.now() + backOff(tries) });
  return queue.update(one, { state: "refused", reason: inWords(error.problem) });
}

/**
 * Ask for the receipt once more: only when it misses no photo, the record has left this phone.
 * @param {Record} one
 */
async function confirm(one) {
  let body;
  try {
    ({ body } = await api.get(`/api/v1/envelopes/${one.id}/versions/${one.version}`));
  } catch (error) {
    if (error instanceof api.Refused && error.status === 404) return problemOfPhoto(one, error);
    throw error;
  }
  const changes = received(one, body);
  await queue.update(one, changes);
  if (isWhole(one)) await queue.settle(one, body);
  queue.changed();
}

function lostPhoto(photo) {
  return {
    message: {
      vi: `Một ảnh (${photo.slot}) không còn đọc được trên máy này; phần chữ đã gửi. Sửa bản ghi và chụp lại.`,
      en: `One photo (${photo.slot}) can no longer be read on this phone; the text was sent. Correct the record with a new photo.`,
    },
  };
}
