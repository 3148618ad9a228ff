/**
 * The officer's data key: random, AES-GCM, wrapped by a 6-digit PIN and by the server's public key.
 *
 * The PIN goes through PBKDF2-SHA-256; wrong attempts are counted before they are judged, and slowed. The second
 * wrapping is read by the server alone: a forgotten PIN or a saved queue file loses nothing.
 */

import * as store from "./database.js";
import { changeOfficer, officer as officerRow } from "./database.js";

const ITERATIONS = 400000;
const FREE_ATTEMPTS = 3;
const LONGEST_WAIT_S = 3600;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

let key = null;
let owner = null;
let mark = null;

/** Whose data is open now; null when locked. */
export const openFor = () => owner;

/** Forget the key. */
export function lock() {
  key = owner = mark = null;
}

const RUNS = "01234567890 09876543210";

/** Whether a PIN has the form of one: six digits, not all the same, not one after the other. */
export const isPin = (pin) => /^\d{6}$/.test(pin) && !/^(\d)\1{5}$/.test(pin) && !RUNS.includes(pin);

/** A fresh data key for an officer: the parts of their row that hold it. The vault is open afterwards. */
export async function create(officerId, pin, publicKey) {
  const raw = crypto.getRandomValues(new Uint8Array(32));
  const wrapped_key = await wrapForServer(raw, officerId, publicKey);
  return { wrapped_key, ...(await adopt(officerId, raw, pin)) };
}

/** Take a data key (given back by the server) under a new PIN. The vault is open afterwards. */
export async function adopt(officerId, raw, pin) {
  const parts = await wrapForPin(raw, pin);
  await use(officerId, raw);
  return { ...parts, wrong: 0, wait_until: 0 };
}

async function use(officerId, raw) {
  key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
  owner = officerId;
  mark = await sha256(raw);
}

/** The hash of the open data key, by which the server knows a file sealed with it. */
export const keyHash = () => mark;

/** How long this officer must wait before the next attempt, in seconds. */
export const waitOf = (row) => Math.max(0, Math.ceil(((row.wait_until || 0) - Date.now()) / 1000));

/**
 * Try a PIN. Every attempt is written down before it is judged.
 * @returns {Promise<{ok: true} | {ok: false, wait: number, wrong: number}>}
 */
export async function unlock(officerId, pin) {
  const row = await officerRow(officerId);
  if (waitOf(row) > 0) return { ok: false, wait: waitOf(row), wrong: row.wrong };
  const wrong = (row.wrong || 0) + 1;
  await changeOfficer(officerId, { wrong, wait_until: Date.now() + slowed(wrong) * 1000 });
  const raw = await rawOf(row, pin);
  if (!raw) return { ok: false, wait: slowed(wrong), wrong };
  await changeOfficer(officerId, { wrong: 0, wait_until: 0 });
  await use(officerId, raw);
  return { ok: true };
}

function slowed(wrong) {
  return wrong < FREE_ATTEMPTS ? 0 : Math.min(LONGEST_WAIT_S, 15 * 2 ** (wrong - FREE_ATTEMPTS));
}

/** Change the PIN; false when the old one is not right. */
export async function changePin(officerId, old, pin) {
  const tried = await unlock(officerId, old);
  if (!tried.ok) return tried;
  const row = await officerRow(officerId);
  const raw = await rawOf(row, old);
  await changeOfficer(officerId, await wrapForPin(raw, pin));
  return tried;
}

async function rawOf(row, pin) {
  const lid = await fromPin(pin, row.salt, row.iterations);
  try {
    return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: row.pin_iv }, lid, row.pin_key));
  } catch {
    return null;
  }
}

async function wrapForPin(raw, pin) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const pin_iv = crypto.getRandomValues(new Uint8Array(12));
  const lid = await fromPin(pin, salt, ITERATIONS);
  const pin_key = await crypto.subtle.encrypt({ name: "AES-GCM", iv: pin_iv }, lid, raw);
  return { salt, iterations: ITERATIONS, pin_iv, pin_key };
}

async function fromPin(pin, salt, iterations) {
  const base = await crypto.subtle.importKey("raw", encoder.encode(pin), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

async function wrapForServer(raw, officerId, publicKey) {
  const how = { name: "RSA-OAEP", hash: "SHA-256" };
  const lid = await crypto.subtle.importKey("spki", fromBase64(publicKey), how, false, ["encrypt"]);
  const text = encoder.encode(JSON.stringify({ officer: officerId, key: toBase64(raw) }));
  return toBase64(await crypto.subtle.encrypt(how, lid, text));
}

/** Seal text or bytes: {iv, data}. */
export async function seal(content) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const plain = typeof content === "string" ? encoder.encode(content) : content;
  return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, plain) };
}

/** Open what was sealed, as bytes. Throws when it is another officer's or was damaged. */
export const openBytes = async ({ iv, data }) =>
  new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, data));

/** Open what was sealed, as text. */
export const openText = async (sealed) => decoder.decode(await openBytes(sealed));

/** SHA-256 of text or bytes, as 64 hexadecimal digits. */
export async function sha256(content) {
  const digest = await crypto.subtle.digest(
    "SHA-256",
    typeof content === "string" ? encoder.encode(content) : content,
  );
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Bytes as base64. */
export function toBase64(buffer) {
  const view = new Uint8Array(buffer);
  let text = "";
  for (let at = 0; at < view.length; at += 32768)
    text += String.fromCharCode(...view.subarray(at, at + 32768));
  return btoa(text);
}

/** Base64 as bytes. */
export const fromBase64 = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));

// --- sealed rows

/** A row ready to be written: `value` sealed, `plain` columns beside it. `value` is JSON or bytes. */
export async function sealed(kind, id, value, plain = {}) {
  const content = value instanceof Uint8Array ? value : JSON.stringify(value);
  return { ...plain, officer: openFor(), kind, id, ...(await seal(content)) };
}

/** The key of a row. */
export const keyOf = (kind, id) => [openFor(), kind, id];

/** Keep one value. */
export async function put(kind, id, value, plain) {
  await store.write([await sealed(kind, id, value, plain)]);
}

/** One value, or null. Throws when it cannot be opened. */
export async function get(kind, id) {
  const row = await store.row(openFor(), kind, id);
  return row ? JSON.parse(await openText(row)) : null;
}

/** The bytes of a row, or null. Throws when they cannot be opened. */
export async function getBytes(kind, id) {
  const row = await store.row(openFor(), kind, id);
  return row ? openBytes(row) : null;
}

/** Every row of a kind: {row, value}, or {row, value: null} for one that cannot be opened. */
export async function list(kind) {
  const rows = await store.rows(openFor(), kind);
  return Promise.all(rows.map(async (row) => ({ row, value: await readable(row) })));
}

async function readable(row) {
  try {
    return JSON.parse(await openText(row));
  } catch {
    return null;
  }
}

/** Every row of a kind without what it holds. */
export const headers = (kind) => store.rows(openFor(), kind);
