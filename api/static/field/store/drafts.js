/** Drafts: what is being filled in. Every change is written at once, in order, and survives the app being killed. */

import { localIso, today } from "../ui/words.js";
import * as store from "./database.js";
import { me } from "./me.js";
import * as kept from "./vault.js";

/** @import { Answers, Draft, Form } from "../types.js" */

/** @type {Promise<any>} */
let writing = Promise.resolve();
/** @type {Draft | null} */
let waiting = null;

/**
 * A new draft of a form. `answers` are what is known beforehand.
 * @param {Form} form
 * @param {Answers} answers
 * @param {Partial<Draft>} more
 * @returns {Draft}
 */
export function begin(form, answers = {}, more = {}) {
  const isAct = form.code !== "household";
  return {
    id: crypto.randomUUID(),
    officer: me.officer.id,
    kind: isAct ? "act" : "survey",
    form: form.code,
    form_version: form.version,
    base_version: 0,
    answers,
    photos: [],
    changes: [],
    at: null,
    started_at: localIso(new Date()),
    ...more,
  };
}

/**
 * A new draft of an act, done today unless said otherwise.
 * @param {Form} form
 * @param {Answers} answers
 * @param {Partial<Draft>} more
 */
export function beginAct(form, answers = {}, more = {}) {
  const has = (code) => form.sections.some((section) => section.questions.some((one) => one.code === code));
  return begin(form, has("done_on") ? { done_on: today(), ...answers } : answers, more);
}

/**
 * Write a draft. Resolves when it is on the disk.
 * @param {Draft} draft
 */
export function save(draft) {
  if (closed.has(draft)) return writing;
  waiting = draft;
  writing = writing.catch(() => {}).then(writeWaiting);
  return writing;
}

async function writeWaiting() {
  if (!waiting || closed.has(waiting)) return;
  const draft = waiting;
  waiting = null;
  draft.saved_at = Date.now();
  await store.write([await row(draft)]);
}

const closed = new WeakSet();

/**
 * No more writing of this draft. Resolves when the last write is over.
 * @param {Draft} draft
 */
export async function close(draft) {
  closed.add(draft);
  await writing.catch(() => {});
}

/**
 * Writing goes on after all.
 * @param {Draft} draft
 */
export const reopen = (draft) => closed.delete(draft);

/** Resolves when every change made so far is on the disk. */
export const settled = () => writing;

/** @type {Promise<any>} */
let held = Promise.resolve();

/** Work that must be over before somebody else may come in: a photo being scaled and kept. */
export function hold(work) {
  held = Promise.allSettled([held, work]);
  return work;
}

/** Resolves when nothing of the officer at work is being written any more. */
export async function idle() {
  await held;
  await writing.catch(() => {});
}

/**
 * The sealed row of a draft. Throws when somebody else is at work meanwhile: it is none of theirs.
 * @param {Draft} draft
 */
export async function row(draft) {
  if (draft.officer !== kept.openFor()) throw new Error("the draft of another officer");
  return kept.sealed("draft", draft.id, draft, { saved_at: draft.saved_at });
}

/**
 * One draft, or null.
 * @param {string} id
 * @returns {Promise<Draft | null>}
 */
export async function load(id) {
  const draft = await kept.get("draft", id);
  return draft && { ...draft, officer: kept.openFor() };
}

/**
 * All drafts, newest first; one that cannot be opened is {id, isUnreadable}.
 * @returns {Promise<Draft[]>}
 */
export async function all() {
  const found = (await kept.list("draft")).map(
    ({ row: one, value }) => value ?? { id: one.id, isUnreadable: true },
  );
  return found.sort((a, b) => (b.saved_at || 0) - (a.saved_at || 0));
}

/**
 * Throw a draft away, with the photos nothing else uses.
 * @param {Draft} draft
 * @param {string[]} unused Hashes.
 */
export async function discard(draft, unused) {
  await close(draft);
  await store.write([], [kept.keyOf("draft", draft.id), ...unused.map((hash) => kept.keyOf("photo", hash))]);
}

/** Remember which draft is open, so that the app opens it again after being killed; null: none. */
export async function rememberOpen(hash) {
  const mine = await store.officer(me.officer.id);
  if (mine && mine.open !== hash) await store.changeOfficer(mine.id, { open: hash });
}
