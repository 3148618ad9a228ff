/** Records as a file to hand over, where a phone cannot send them. */

import { day, localIso } from "../ui/words.js";
import { officer, row, rows } from "./database.js";
import { UNSENT } from "./queue.js";
import { toBase64 } from "./vault.js";

/**
 * The queue file of an officer; the key to it is readable by the server alone. No PIN is needed.
 * @param {number} officerId
 * @param {string[] | null} keys Of these records; null: of those that are not sent.
 */
async function queueFile(officerId, keys = null) {
  const who = await officer(officerId);
  const all = await rows(officerId, "record");
  const chosen = all.filter((one) => (keys ? keys.includes(one.id) : UNSENT.includes(one.state)));
  return {
    format: "nhavung-queue",
    version: 1,
    officer: { id: who.id, username: who.username },
    device_id: who.device_id ?? null,
    wrapped_key: who.wrapped_key,
    saved_at: localIso(new Date()),
    records: chosen.filter((one) => one.text).map((one) => ({ id: one.id, ...packed(one.text) })),
    photos: (await photosOf(officerId, chosen)).map((one) => ({ sha256: one.id, ...packed(one) })),
  };
}

async function photosOf(officerId, chosen) {
  const hashes = [...new Set(chosen.flatMap((one) => one.photo_hashes ?? []))];
  return (await Promise.all(hashes.map((hash) => row(officerId, "photo", hash)))).filter(Boolean);
}

const packed = ({ iv, data }) => ({ iv: toBase64(iv), data: toBase64(data) });

/**
 * Save the file, shared to another app where the phone can, downloaded otherwise; how many records, null: given up.
 * @param {number} officerId
 * @param {string[] | null} keys
 */
export async function saveQueueFile(officerId, keys = null) {
  const who = await officer(officerId);
  const name = `nhavung-${who.username}-${day(localIso(new Date())).replaceAll("/", "-")}.json`;
  const content = await queueFile(officerId, keys);
  const count = content.records.length;
  const file = new File([JSON.stringify(content)], name, { type: "application/json" });
  if (navigator.canShare?.({ files: [file] }) && matchMedia("(pointer: coarse)").matches) {
    try {
      await navigator.share({ files: [file], title: name });
      return count;
    } catch (error) {
      if (error.name === "AbortError") return null;
    }
  }
  download(file, name);
  return count;
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
