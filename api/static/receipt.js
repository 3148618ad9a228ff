// Checks a receipt within the browser: the promise's signature, the record it tells of, the proof to the checkpoint.
// The whole of it is written into one page, which works from a disk: it asks nobody.
"use strict";

const look = new CSSStyleSheet();
look.replaceSync(`
  body { font: 17px/1.5 system-ui, sans-serif; color: #1c2420; background: #f5f3ee; margin: 0 }
  main { max-width: 640px; margin: 0 auto; padding: 24px 16px 48px }
  label { display: block; margin: 20px 0 6px; font-weight: 600 }
  input { width: 100%; box-sizing: border-box; font: inherit; padding: 10px; border: 1px solid #8a928c; border-radius: 8px; background: #fff }
  #result { margin-top: 24px; padding: 16px; border-radius: 8px; background: #fff; border-left: 6px solid #8a928c; overflow-wrap: anywhere }
  #result.good { border-color: #1f7a4d } #result.wait { border-color: #b7791f } #result.bad { border-color: #b3261e; font-weight: 600 }
  a { color: #14603a }
`);
document.adoptedStyleSheets = [look];

/** @param {string} text */
const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
/** @param {Uint8Array} bytes */
const toBase64 = (bytes) => btoa(String.fromCharCode(...bytes));
/** @param {string} text */
const fromHex = (text) => Uint8Array.from(text.match(/[0-9a-f]{2}/g) || [], (pair) => parseInt(pair, 16));
const utf8 = new TextEncoder();
/** @param {...(Uint8Array | number[])} parts */
const joined = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
/** @param {Uint8Array} bytes */
const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", /** @type {BufferSource} */ (bytes)));

/** Why a receipt is not right: the name of its sentence. */
class Wrong extends Error {}

/** A public key as it is told: name+hash+key. @param {string} text */
async function keyOf(text) {
  const [name, hash, ...rest] = text.trim().split("+");
  let raw;
  try { raw = fromBase64(rest.join("+")); } catch { throw new Wrong("key"); }
  const told = (await sha256(joined(utf8.encode(`${name}\n`), raw))).slice(0, 4);
  const isRight = raw.length === 33 && raw[0] === 1 && [...told].map((byte) => byte.toString(16).padStart(2, "0")).join("") === hash;
  if (!isRight) throw new Wrong("key");
  try {
    const verifier = await crypto.subtle.importKey("raw", /** @type {BufferSource} */ (raw.slice(1)), { name: "Ed25519" }, false, ["verify"]);
    return { name, hash: told, verifier };
  } catch { throw new Wrong("browser"); }
}

/** The lines of a note that this key signed. @param {string} note @param {Awaited<ReturnType<typeof keyOf>>} key */
async function opened(note, key) {
  const end = note.lastIndexOf("\n\n");
  const text = note.slice(0, end + 1);
  for (const line of note.slice(end + 2).split("\n")) {
    const [dash, name, told] = line.split(" ");
    if (dash !== "\u2014" || name !== key.name || !told) continue;
    const signature = fromBase64(told);
    if (!key.hash.every((byte, place) => byte === signature[place])) continue;
    const signed = /** @type {BufferSource} */ (utf8.encode(text));
    const isRight = await crypto.subtle.verify({ name: "Ed25519" }, key.verifier, /** @type {BufferSource} */ (signature.slice(4)), signed);
    if (isRight) return text.split("\n");
  }
  throw new Wrong("signature");
}

/** The root that a path leads to from a leaf (RFC 9162, 2.1.3.2). @param {Uint8Array} leaf @param {number} index @param {number} size @param {Uint8Array[]} path */
async function rootOf(leaf, index, size, path) {
  let position = index, last = size - 1, found = leaf;
  if (!(index >= 0 && index < size)) throw new Wrong("proof");
  for (const step of path) {
    if (last === 0) throw new Wrong("proof");
    if (position % 2 || position === last) {
      found = await sha256(joined([1], step, found));
      while (position % 2 === 0 && position) { position = Math.floor(position / 2); last = Math.floor(last / 2); }
    } else {
      found = await sha256(joined([1], found, step));
    }
    position = Math.floor(position / 2);
    last = Math.floor(last / 2);
  }
  if (last !== 0) throw new Wrong("proof");
  return found;
}

/** What is right of a receipt: its checkpoint, or null while it is only promised. @param {any} receipt @param {string} told */
async function checked(receipt, told) {
  if (!globalThis.crypto?.subtle) throw new Wrong("browser");
  if (typeof receipt?.leaf !== "string" || typeof receipt.promise !== "string") throw new Wrong("unreadable");
  const key = await keyOf(told);
  const leaf = await sha256(joined([0], utf8.encode(receipt.leaf)));
  const [title, promised] = await opened(receipt.promise, key);
  const entry = JSON.parse(receipt.leaf);
  const isSame = entry.subject === receipt.id && entry.details.version === receipt.version && entry.details.content_sha256 === receipt.content_sha256;
  if (title !== `${key.name} receipt` || promised !== toBase64(leaf) || !isSame) throw new Wrong("other");
  if (!receipt.proof) return null;
  const [origin, size, root] = await opened(receipt.proof.checkpoint, key);
  const path = receipt.proof.path.map(fromHex);
  const found = await rootOf(leaf, receipt.proof.index, Number(size), path);
  if (origin !== key.name || toBase64(found) !== root) throw new Wrong("proof");
  return `${size} ${root}`;
}

const chosen = /** @type {HTMLInputElement} */ (document.getElementById("file"));
const typed = /** @type {HTMLInputElement} */ (document.getElementById("key"));
const result = /** @type {HTMLElement} */ (document.getElementById("result"));

async function check() {
  const file = chosen.files && chosen.files[0];
  if (!file) return;
  try {
    const checkpoint = await checked(JSON.parse(await file.text()), typed.value);
    result.className = checkpoint ? "good" : "wait";
    result.textContent = checkpoint ? `${result.dataset.sealed} ${checkpoint}` : result.dataset.promised || "";
  } catch (error) {
    result.className = "bad";
    result.textContent = result.dataset[error instanceof Wrong ? error.message : "unreadable"] || "";
  }
}
chosen.addEventListener("click", () => { chosen.value = ""; }); // the same file may have become another one
chosen.addEventListener("change", check);
typed.addEventListener("change", check);
