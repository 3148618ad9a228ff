/** The field app: which screen is shown, who is at work, and when to send. */

import { h, notice, screen } from "./dom.js";
import * as drafts from "./drafts.js";
import { leave, leaveEverywhere, me, whenLeft } from "./me.js";
import { keepSending, networkReturned, startSending } from "./sync.js";
import { language, setLanguage, t } from "./words.js";
import { showPin, showSignIn } from "./screens/enter.js";

const LOCK_AFTER_MS = 15 * 60000;

let close = null;
let turn = 0;
let hiddenAt = null;

async function route() {
  const mine = ++turn;
  close?.();
  close = null;
  const [name, ...rest] = location.hash.replace(/^#\//, "").split("/");
  try {
    const shown = me.officer ? await inside(name) : name === "sign-in" ? showSignIn : showPin;
    const stop = await shown(...rest.map(decodeURIComponent));
    if (mine === turn) close = stop ?? null;
    else stop?.();
  } catch (error) {
    if (mine === turn) broke(error);
  }
}

/** The screens behind the PIN come when it is being asked for: a slow phone shows it sooner. */
const screens = () => import("./screens/inside.js");

async function inside(name) {
  const { SCREENS } = await screens();
  return SCREENS[name] ?? SCREENS.home;
}

/** Go somewhere; the same address again shows it anew. */
export function go(hash) {
  if (location.hash === hash) return route();
  location.hash = hash;
  return null;
}

/** Somebody unlocked their work: show what they were at, and send what waits. */
export async function begin() {
  startSending();
  go(me.officer.open || "#/home");
}

/** Close the work of whoever is here in every window; everything stays on the phone. */
export const lockNow = () => lockBy(leaveEverywhere);

/** The same of this window alone. */
const lockHere = () => lockBy(leave);

async function lockBy(how) {
  await drafts.idle();
  if (me.officer) how();
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

// A browser that is too old is told so by `too_old.js`; a new one may still not let us store and lock data.
const isAble = () =>
  isSecureContext && window.indexedDB && crypto.subtle && navigator.locks && navigator.serviceWorker;

function refuse() {
  const text = t(
    "Trình duyệt chỉ cho lưu và khóa dữ liệu khi địa chỉ bắt đầu bằng https và không ở chế độ ẩn danh. Hỏi quản trị tỉnh địa chỉ https của máy chủ rồi mở địa chỉ đó. Chưa có gì được lưu trên máy này.",
    "Browsers store and lock data only for addresses that begin with https, outside private windows. Ask the administrator for the server's https address and open that. Nothing is stored on this phone yet.",
  );
  const heading = t("Cần kết nối an toàn (https)", "A safe connection (https) is needed");
  screen({ title: "Nhà Vững", main: notice("warn", heading, text) });
}

// --- a new version of the app: offered, never forced; nothing being filled in is lost

let worker = null;

async function watchForUpdates() {
  worker = await navigator.serviceWorker.register("/field/sw.js", { scope: "/field/" });
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
  else if (me.officer && hiddenAt && Date.now() - hiddenAt > LOCK_AFTER_MS) lockHere();
  else if (me.officer) keepSending();
  // An app that is never closed would never look for its next version.
  if (!document.hidden) worker?.update().catch(() => {});
}

function start() {
  setLanguage(language());
  if (!isAble()) {
    refuse();
    return;
  }
  window.addEventListener("hashchange", route);
  whenLeft(lockHere);
  window.addEventListener("online", networkReturned);
  document.addEventListener("visibilitychange", noteHidden);
  route().then(() => requestAnimationFrame(() => setTimeout(goOnLoading)));
}

function goOnLoading() {
  screens().catch(() => {});
  watchForUpdates().catch(() => {});
}

start();
