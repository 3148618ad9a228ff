/** Photos by slot and signatures on the screen: kept on the phone before anything else happens. */

import * as store from "../store/database.js";
import * as drafts from "../store/drafts.js";
import * as queue from "../store/queue.js";
import * as kept from "../store/vault.js";
import { ask, beside, button, card, dialog, h, notice, refill, say } from "../ui/dom.js";
import { bytes, t, when } from "../ui/words.js";
import * as photos from "./photos.js";

/** @import { FormContext, Photo } from "../types.js" */

const MOST = 30;

/**
 * The page of photos and signatures.
 * @param {FormContext} ctx
 */
export function attachments(ctx) {
  const place = h("div", { class: "slots" });
  const total = h("p", { class: "small", role: "status" });
  const view = { ctx, place, total, urls: [] };
  ctx.onClose(() => view.urls.forEach(URL.revokeObjectURL));
  redraw(view);
  return [
    interrupted(ctx),
    notice(
      "warn",
      t("Không chụp căn cước, CCCD, sổ hộ khẩu", "Never photograph an identity card"),
      t(
        "Chỉ chụp ngôi nhà và biên bản. Giấy tờ chỉ người có quyền mới xem được.",
        "Photograph the house and the minutes only. Papers are shown only to those with the right.",
      ),
    ),
    roomNote(),
    place,
    total,
    card(
      h("h2", {}, t("Chữ ký trên màn hình", "Signatures on the screen")),
      beside(
        signer(view, t("Chủ hộ ký", "Head of household")),
        signer(view, t("Trưởng thôn ký", "Village head")),
      ),
    ),
  ];
}

/**
 * The camera was open when the app was closed: say so, the photo may be missing.
 * @param {FormContext} ctx
 */
function interrupted({ draft, save }) {
  const slot = draft.taking;
  if (!slot) return null;
  draft.taking = null;
  save();
  return notice(
    "warn",
    t(`Ảnh "${photos.slotName(slot)}" chưa kịp lưu`, `The photo "${photos.slotName(slot)}" was not kept`),
    t(
      "Ứng dụng bị đóng khi đang mở máy ảnh. Hãy chụp lại ảnh này; mọi thứ khác còn nguyên.",
      "The app was closed while the camera was open. Take this photo again; everything else is here.",
    ),
  );
}

function roomNote() {
  const place = h("div");
  store.room().then((room) => {
    if (photos.isLowOnRoom(room))
      place.append(
        notice(
          "bad",
          t(`Máy chỉ còn ${bytes(room.free)} cho ứng dụng`, `Only ${bytes(room.free)} are left for the app`),
          t(
            "Gửi bản ghi hoặc xóa bớt tệp trước khi chụp thêm.",
            "Send records or free some room before taking more photos.",
          ),
        ),
      );
  });
  return place;
}

function redraw(view) {
  const { draft } = view.ctx;
  refill(view.place, ...photos.SLOTS.map((slot) => slotNode(view, slot)));
  const size = draft.photos.reduce((sum, one) => sum + one.size_bytes, 0);
  view.total.textContent = draft.photos.length
    ? t(
        `${draft.photos.length} ảnh, ${bytes(size)} để gửi`,
        `${draft.photos.length} photos, ${bytes(size)} to send`,
      )
    : "";
}

function slotNode(view, slot) {
  const mine = view.ctx.draft.photos.filter((one) => one.slot === slot);
  const name = photos.slotName(slot);
  const input = h("input", {
    type: "file",
    accept: "image/*",
    capture: "environment",
    id: `photo-${slot}`,
    class: "hidden-text",
    tabindex: "-1",
    "aria-label": name,
  });
  input.addEventListener("change", () => drafts.hold(taken(view, slot, input)));
  const take = button(
    mine.length ? t("Chụp thêm", "One more") : t("Chụp ảnh", "Take a photo"),
    () => openCamera(view, slot, input),
    "",
    { "aria-label": `${t("Chụp ảnh", "Take a photo")}: ${name}` },
  );
  return h(
    "section",
    { class: "slot", "data-q": `photo.${slot}` },
    h("b", {}, name),
    h("span", { class: "count" }, mine.length ? t(`${mine.length} ảnh`, `${mine.length} photos`) : ""),
    h(
      "div",
      { class: "thumbs" },
      mine.map((photo) => thumb(view, photo)),
    ),
    take,
    input,
  );
}

/** Everything is on the disk before the camera opens: the phone may close the app meanwhile. */
async function openCamera(view, slot, input) {
  const { draft, save } = view.ctx;
  if (draft.photos.length >= MOST)
    return say(t(`Nhiều nhất ${MOST} ảnh một bản ghi`, `At most ${MOST} photos a record`), "warn");
  Object.assign(draft, { taking: slot, at: { page: "@photos", question: `photo.${slot}` } });
  await save();
  input.addEventListener("cancel", () => ((draft.taking = null), save()), { once: true });
  return input.click();
}

async function taken(view, slot, input) {
  const [file] = input.files;
  if (!file) return;
  working += 1;
  say(t("Đang lưu ảnh…", "Keeping the photo…"));
  try {
    const made = await photos.prepare(file, slot);
    await keep(view, made);
    say(t(`Đã lưu ảnh, ${bytes(made.photo.size_bytes)}`, `Photo kept, ${bytes(made.photo.size_bytes)}`));
  } catch (error) {
    view.ctx.draft.taking = null;
    await view.ctx.save();
    view.place.prepend(
      notice("bad", t("Chưa lưu được ảnh này", "This photo was not kept"), String(error.message ?? error)),
    );
  } finally {
    working -= 1;
  }
}

let working = 0;

/** Whether a photo is being scaled and kept right now. */
export const isWorking = () => working > 0;

/** The photo and the draft that names it come onto the disk together. */
async function keep(view, { photo, row }) {
  const { draft, save } = view.ctx;
  await drafts.settled();
  const before = draft.photos;
  if (!before.some((one) => one.sha256 === photo.sha256)) draft.photos = [...before, photo];
  Object.assign(draft, { taking: null, saved_at: Date.now() });
  try {
    await store.write([row, await drafts.row(draft)]);
  } catch (error) {
    draft.photos = before;
    throw error;
  }
  redraw(view);
  save();
}

/**
 * @param {{ctx: FormContext, place: Element, urls: string[]}} view
 * @param {Photo} photo
 */
function thumb(view, photo) {
  const picture = h("img", { alt: photos.slotName(photo.slot), width: "72", height: "72" });
  kept.getBytes("photo", photo.sha256).then(
    (content) => {
      if (!content) return;
      picture.src = URL.createObjectURL(new Blob([content], { type: photo.content_type }));
      view.urls.push(picture.src);
    },
    () => {},
  );
  const where = photo.fix?.lat !== undefined ? h("small", {}, t("có vị trí", "with a place")) : null;
  return h(
    "figure",
    {},
    picture,
    h(
      "figcaption",
      {},
      h("small", {}, bytes(photo.size_bytes)),
      where,
      button(t("Bỏ", "Remove"), () => remove(view, photo), "small-btn", {
        "aria-label": `${t("Bỏ ảnh", "Remove the photo")}: ${photos.slotName(photo.slot)}`,
      }),
    ),
  );
}

async function remove(view, photo) {
  const { draft } = view.ctx;
  if (
    !(await ask(
      t("Bỏ ảnh này?", "Remove this photo?"),
      photos.slotName(photo.slot),
      t("Bỏ ảnh", "Remove"),
      t("Giữ lại", "Keep"),
    ))
  )
    return;
  draft.photos = draft.photos.filter((one) => one !== photo);
  await view.ctx.save();
  await drafts.settled();
  const idle = draft.photos.some((one) => one.sha256 === photo.sha256)
    ? []
    : await queue.unneeded({ id: draft.id, photos: [photo] });
  await store.write(
    [],
    idle.map((hash) => kept.keyOf("photo", hash)),
  );
  redraw(view);
}

function signer(view, who) {
  return button(who, async () => {
    const canvas = await signature(who);
    if (canvas) await drafts.hold(photos.fromCanvas(canvas).then((made) => keep(view, made)));
  });
}

// --- signatures

const WIDTH = 900;
const HEIGHT = 420;

/** Ask for a signature; the canvas, or null when nobody signed. */
export function signature(who) {
  const label = t("Ô ký: vẽ bằng ngón tay", "Signing field: draw with a finger");
  const canvas = h("canvas", { width: WIDTH, height: HEIGHT, role: "img", "aria-label": label });
  const pen = canvas.getContext("2d");
  const state = { strokes: 0 };
  const name = h("input", { type: "text", id: "signer", maxlength: "80", autocomplete: "off" });
  return dialog("drawing", who, (close) => {
    const done = () => (caption(pen, who, name.value), close(canvas));
    const keep = button(t("Giữ chữ ký", "Keep"), done, "main");
    const blank = () => ((state.strokes = 0), clear(pen), (keep.disabled = true));
    const away = button(t("Thôi", "Cancel"), () => close(null));
    listen(canvas, pen, state, keep);
    blank();
    const asked = h("label", { for: "signer" }, t("Họ và tên người ký", "Name of who signs"));
    return [asked, name, canvas, beside(button(t("Ký lại", "Again"), blank), away, keep)];
  });
}

function clear(pen) {
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, WIDTH, HEIGHT);
  Object.assign(pen, { strokeStyle: "#10202b", lineWidth: 5, lineCap: "round", lineJoin: "round" });
}

function listen(canvas, pen, state, keep) {
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [
      ((event.clientX - box.left) * WIDTH) / box.width,
      ((event.clientY - box.top) * HEIGHT) / box.height,
    ];
  };
  let isDown = false;
  canvas.addEventListener("pointerdown", (event) => {
    isDown = true;
    canvas.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...at(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!isDown) return;
    pen.lineTo(...at(event));
    pen.stroke();
    state.strokes += 1;
    keep.disabled = state.strokes < 5;
  });
  for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => (isDown = false));
}

function caption(pen, who, name) {
  pen.fillStyle = "#10202b";
  pen.font = "24px system-ui, sans-serif";
  pen.fillText([who, name, when(Date.now())].filter(Boolean).join(" · "), 16, HEIGHT - 18, WIDTH - 32);
}
