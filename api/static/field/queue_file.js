/** Records that are not sent yet as one file, to hand over by another phone or a USB stick. They stay here too. */

import { UNSENT } from "./queue.js";
import { officer as officerRow, row, rows } from "./store.js";
import { toBase64 } from "./vault.js";
import { day, localIso } from "./words.js";

/** The queue file of an officer as text; the key to it is readable by the server alone. No PIN is needed. */
export async function queueFile(officerId, keys = null) {
  const who = await officerRow(officerId);
  const all = await rows(officerId, "record");
  const chosen = all.filter((one) => (keys ? keys.includes(one.id) : UNSENT.includes(one.state)));
  return JSON.stringify({
    format: "nhavung-queue",
    version: 1,
    officer: { id: who.id, username: who.username },
    device_id: who.device_id ?? null,
    wrapped_key: who.wrapped_key,
    saved_at: localIso(new Date()),
    records: chosen.filter((one) => one.text).map((one) => ({ id: one.id, ...packed(one.text) })),
    photos: (await photosOf(officerId, chosen)).map((one) => ({ sha256: one.id, ...packed(one) })),
  });
}

async function photosOf(officerId, chosen) {
  const hashes = [...new Set(chosen.flatMap((one) => one.photo_hashes ?? []))];
  return (await Promise.all(hashes.map((hash) => row(officerId, "photo", hash)))).filter(Boolean);
}

const packed = ({ iv, data }) => ({ iv: toBase64(iv), data: toBase64(data) });

/** Save the file: shared to another app where the phone can, downloaded otherwise. */
export async function saveQueueFile(officerId, keys = null) {
  const who = await officerRow(officerId);
  const name = `nhavung-${who.username}-${day(localIso(new Date())).replaceAll("/", "-")}.json`;
  const file = new File([await queueFile(officerId, keys)], name, { type: "application/json" });
  if (navigator.canShare?.({ files: [file] }) && matchMedia("(pointer: coarse)").matches) {
    const done = await navigator.share({ files: [file], title: name }).then(() => true, (error) => error.name === "AbortError");
    if (done) return;
  }
  download(file, name);
}

function download(file, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}
