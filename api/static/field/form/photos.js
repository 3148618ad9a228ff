/** Photos: what the camera wrote into the file is read first, then the picture is scaled and named by its hash. */

import * as kept from "../store/vault.js";
import { sha256 } from "../store/vault.js";
import { t } from "../ui/words.js";

/** @import { Photo } from "../types.js" */

const LONGEST_PX = 1600;
const WANTED_BYTES = 250000;
const QUALITIES = [0.8, 0.62];
const LEAST_FREE = 30e6;

/** The slots of an envelope's photos, in the order they are asked for. */
export const SLOTS = ["front", "roof", "wall", "floor", "papers", "other"];

/** What a slot is called. */
export const slotName = (slot) =>
  ({
    front: t("Mặt trước nhà", "Front of the house"),
    roof: t("Mái", "Roof"),
    wall: t("Khung, tường", "Frame, walls"),
    floor: t("Nền, móng", "Floor, foundation"),
    papers: t("Giấy tờ, biên bản", "Papers, minutes"),
    other: t("Ảnh khác", "Other"),
  })[slot];

/** Whether little room is left for photos. */
export const isLowOnRoom = ({ free }) => free !== null && free < LEAST_FREE;

/**
 * From a camera's file to {photo, row}: the photo as a draft lists it, and its sealed row to be written.
 * @param {File} file
 * @param {string} slot
 * @returns {Promise<{photo: Photo, row: object}>}
 */
export async function prepare(file, slot) {
  const fix = await exif(file).catch(() => null);
  const blob = await scaled(file);
  const content = new Uint8Array(await blob.arrayBuffer());
  const hash = await sha256(content);
  const photo = { sha256: hash, slot, size_bytes: content.length, content_type: blob.type, fix };
  return { photo, row: await kept.sealed("photo", hash, content, { size: content.length }) };
}

/**
 * A drawing (a signature) as a photo of the papers slot.
 * @param {HTMLCanvasElement} canvas
 * @param {string} slot
 * @returns {Promise<{photo: Photo, row: object}>}
 */
export async function fromCanvas(canvas, slot = "papers") {
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  const content = new Uint8Array(await blob.arrayBuffer());
  const hash = await sha256(content);
  const photo = { sha256: hash, slot, size_bytes: content.length, content_type: "image/png", fix: null };
  return { photo, row: await kept.sealed("photo", hash, content, { size: content.length }) };
}

/** The file upright, at most 1,600 px long, as a JPEG of about 250 kB: few tries, phones are slow. */
async function scaled(file) {
  const picture = await decoded(file);
  let [side, quality] = [LONGEST_PX, QUALITIES[0]];
  for (let tries = 0; ; tries += 1) {
    const canvas = drawn(picture, side);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
    if (!blob) throw new Error(t("Máy không đủ bộ nhớ cho ảnh này.", "Too little memory for this picture."));
    if (blob.size <= WANTED_BYTES * 1.1 || tries === 5) {
      picture.close?.();
      return blob;
    }
    if (quality === QUALITIES[0]) quality = QUALITIES[1];
    else side = Math.round(side * Math.max(0.5, 0.95 * Math.sqrt(WANTED_BYTES / blob.size)));
  }
}

async function decoded(file) {
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new Error(t("Tệp này không phải ảnh đọc được.", "This file is not a picture we can read."));
  }
}

function drawn(picture, side) {
  const scale = Math.min(1, side / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}

// --- EXIF: where and when the camera says the picture was taken

/** {lon, lat, taken_at} as far as the file tells; null when it says nothing. Times are the camera's own. */
async function exif(file) {
  const view = new DataView(await file.slice(0, 131072).arrayBuffer());
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return null;
  for (let at = 2; at + 10 < view.byteLength; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint16(at);
    if (marker === 0xffe1 && view.getUint32(at + 4) === 0x45786966) return told(view, at + 10);
    if ((marker & 0xff00) !== 0xff00 || marker === 0xffda) return null;
  }
  return null;
}

function told(view, base) {
  const little = view.getUint16(base) === 0x4949;
  const read = { view, base, little };
  const first = directory(read, view.getUint32(base + 4, little));
  const inner = first[0x8769] ? directory(read, value(read, first[0x8769])) : {};
  const gps = first[0x8825] ? directory(read, value(read, first[0x8825])) : {};
  const found = {};
  const time = inner[0x9003] ?? first[0x0132];
  const [, day, hour] = (time && TIME.exec(text(read, time))) ?? [];
  if (day) found.taken_at = `${day.replaceAll(":", "-")}T${hour}`;
  if (gps[2] && gps[4]) {
    const lat = degrees(read, gps[2]) * (text(read, gps[1]) === "S" ? -1 : 1);
    const lon = degrees(read, gps[4]) * (text(read, gps[3]) === "W" ? -1 : 1);
    // A camera without a fix writes zeros, or nonsense: then it does not know.
    if (Math.abs(lat) <= 90 && Math.abs(lon) <= 180 && (lat || lon)) Object.assign(found, { lon, lat });
  }
  return Object.keys(found).length ? found : null;
}

/** A camera's time, 2025:05:15 08:00:00. */
const TIME = /^(\d{4}:\d\d:\d\d) (\d\d:\d\d:\d\d)/;

function directory({ view, base, little }, offset) {
  const entries = {};
  const total = view.getUint16(base + offset, little);
  for (let index = 0; index < total; index += 1) {
    const at = base + offset + 2 + index * 12;
    entries[view.getUint16(at, little)] = { at, count: view.getUint32(at + 4, little) };
  }
  return entries;
}

const value = ({ view, little }, { at }) => view.getUint32(at + 8, little);

function text(read, entry) {
  const from = entry.count > 4 ? read.base + value(read, entry) : entry.at + 8;
  let out = "";
  for (let index = 0; index < entry.count - 1; index += 1)
    out += String.fromCharCode(read.view.getUint8(from + index));
  return out;
}

function degrees(read, entry) {
  const from = read.base + value(read, entry);
  const part = (index) =>
    read.view.getUint32(from + index * 8, read.little) /
    read.view.getUint32(from + index * 8 + 4, read.little);
  return Number((part(0) + part(1) / 60 + part(2) / 3600).toFixed(6));
}
