/** The field app: what it starts with, when it locks, looks for a signal and for its next version. */

import { lockHere } from "./lock.js";
import { startRouting } from "./router.js";
import { showPin, showSignIn } from "./screens/enter.js";
import * as drafts from "./store/drafts.js";
import { me, whenLeft } from "./store/me.js";
import { keepSending, networkReturned } from "./store/sync.js";
import { h, notice, screen } from "./ui/dom.js";
import { language, setLanguage, t } from "./ui/words.js";

const LOCK_AFTER_MS = 15 * 60000;

let hiddenAt = null;

/** The screens behind the PIN come when it is being asked for: a slow phone shows it sooner. */
const screens = () => import("./screens/inside.js");

async function screenOf(name) {
  if (!me.officer) return name === "sign-in" ? showSignIn : showPin;
  const { SCREENS } = await screens();
  return SCREENS[name] ?? SCREENS.home;
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
  whenLeft(lockHere);
  window.addEventListener("online", networkReturned);
  document.addEventListener("visibilitychange", noteHidden);
  startRouting(screenOf).then(() => requestAnimationFrame(() => setTimeout(goOnLoading)));
}

function goOnLoading() {
  screens().catch(() => {});
  watchForUpdates().catch(() => {});
}

start();
