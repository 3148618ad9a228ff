/** The field app: which screen is shown, who is at work, and when to send. */

import { h, notice, screen } from "./dom.js";
import * as drafts from "./drafts.js";
import { leave, me } from "./me.js";
import { keepSending, networkReturned } from "./sync.js";
import { language, setLanguage, t } from "./words.js";
import { showAct } from "./screens/act.js";
import { showPin, showSignIn } from "./screens/enter.js";
import { showForm } from "./screens/form.js";
import { showHome } from "./screens/home.js";
import { showHousehold, showHouseholds } from "./screens/households.js";
import { showQueue, showRecord } from "./screens/records.js";
import { showSettings } from "./screens/settings.js";

const SCREENS = {
  home: showHome,
  households: showHouseholds,
  household: showHousehold,
  act: showAct,
  form: showForm,
  queue: showQueue,
  record: showRecord,
  settings: showSettings,
};
const LOCK_AFTER_MS = 15 * 60000;

let close = null;
let turn = 0;
let hiddenAt = null;

/** Show the screen the address names; whoever is not known yet is asked who they are. */
export async function route() {
  const mine = ++turn;
  close?.();
  close = null;
  const [name, ...rest] = location.hash.replace(/^#\//, "").split("/");
  const shown = me.officer ? (SCREENS[name] ?? showHome) : name === "sign-in" ? showSignIn : showPin;
  try {
    const stop = await shown(...rest.map(decodeURIComponent));
    if (mine === turn) close = stop ?? null;
    else stop?.();
  } catch (error) {
    if (mine === turn) broke(error);
  }
}

/** Go somewhere; the same address again shows it anew. */
export function go(hash) {
  if (location.hash === hash) return route();
  location.hash = hash;
  return null;
}

/** Somebody unlocked their work: show what they were at, and send what waits. */
export async function begin() {
  keepSending();
  go(me.officer.open || "#/home");
}

/** Close the work of whoever is here; everything stays on the phone. */
export async function lockNow() {
  await drafts.settled();
  leave();
  go("#/pin");
}

function broke(error) {
  console.error(error);
  const next = t("Những gì đã ghi vẫn nằm trên máy.", "What was recorded is still on this phone.");
  const back = h(
    "a",
    { class: "btn main", href: "#/home", onclick: () => setTimeout(route) },
    t("Về Việc cần làm", "Back to the tasks"),
  );
  screen({
    title: t("Màn hình này gặp lỗi", "This screen met a fault"),
    main: [
      notice(
        "bad",
        t("Không mở được màn hình", "The screen could not be shown"),
        next,
        h("p", { class: "small" }, String(error?.message ?? error)),
      ),
      back,
    ],
  });
}

function lacking() {
  if (!isSecureContext) return "https";
  const has = [
    window.indexedDB,
    window.crypto?.subtle,
    crypto.randomUUID,
    navigator.locks,
    navigator.serviceWorker,
  ];
  return has.every(Boolean) && Array.prototype.at && HTMLDialogElement?.prototype.showModal
    ? null
    : "browser";
}

function refuse(why) {
  const [title, text] =
    why === "https"
      ? [
          t("Cần kết nối an toàn (https)", "A safe connection (https) is needed"),
          t(
            "Trình duyệt chỉ cho lưu và khóa dữ liệu khi địa chỉ bắt đầu bằng https. Hãy hỏi quản trị tỉnh địa chỉ https của máy chủ, rồi mở lại địa chỉ đó. Chưa có gì được lưu trên máy này.",
            "Browsers store and lock data only for addresses that begin with https. Ask the administrator for the https address of the server and open that. Nothing is stored on this phone yet.",
          ),
        ]
      : [
          t("Trình duyệt quá cũ", "This browser is too old"),
          t(
            "Cần Chrome 93, Edge 93, Firefox 98 hoặc Safari 15.4 trở lên. Hãy cập nhật trình duyệt trong kho ứng dụng rồi mở lại.",
            "Chrome 93, Edge 93, Firefox 98 or Safari 15.4 or newer is needed. Update the browser in the app store and open this again.",
          ),
        ];
  screen({ title: "Nhà Vững", main: notice("warn", title, text) });
}

// --- a new version of the app: offered, never forced; nothing being filled in is lost

async function watchForUpdates() {
  const worker = await navigator.serviceWorker.register("/field/sw.js", { scope: "/field/" });
  const offer = () => worker.waiting && navigator.serviceWorker.controller && offerUpdate(worker.waiting);
  offer();
  worker.addEventListener("updatefound", () => worker.installing?.addEventListener("statechange", offer));
  navigator.serviceWorker.addEventListener("controllerchange", () => isUpdating && location.reload());
}

let isUpdating = false;

function offerUpdate(waiting) {
  if (document.getElementById("update")) return;
  const update = async () => {
    await drafts.settled();
    isUpdating = true;
    waiting.postMessage("take over");
  };
  const now = h("button", { type: "button", class: "btn", onclick: update }, t("Cập nhật", "Update"));
  const text = t(
    "Có bản mới của ứng dụng. Việc đang ghi được giữ nguyên.",
    "A new version of the app is here. Your work is kept.",
  );
  document.body.prepend(h("div", { id: "update", role: "status" }, h("span", {}, text), now));
}

function noteHidden() {
  if (document.hidden) hiddenAt = Date.now();
  else if (me.officer && hiddenAt && Date.now() - hiddenAt > LOCK_AFTER_MS) lockNow();
  else if (me.officer) keepSending();
}

function start() {
  setLanguage(language());
  const why = lacking();
  if (why) {
    refuse(why);
    return;
  }
  window.addEventListener("hashchange", route);
  window.addEventListener("online", networkReturned);
  document.addEventListener("visibilitychange", noteHidden);
  watchForUpdates().catch(() => {});
  route();
}

start();
