/** Sealed rows of the officer whose vault is open: JSON and bytes go in and out, the phone sees ciphertext. */

import * as store from "./store.js";
import { openBytes, openFor, openText, seal } from "./vault.js";

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

/** Change plain columns of a row; what is sealed stays. */
export async function mark(kind, id, changes) {
  const row = await store.row(openFor(), kind, id);
  if (row) await store.write([{ ...row, ...changes }]);
}
