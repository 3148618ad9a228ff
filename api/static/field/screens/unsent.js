/** What has not left this phone: how much waits, why it waits, sending it now or saving it to a file. */

import { me } from "../store/me.js";
import * as queue from "../store/queue.js";
import { state, syncNow } from "../store/sync.js";
import { beside, button, h, link, say } from "../ui/dom.js";
import { bytes, daysSince, hour, t, whole } from "../ui/words.js";
import { handOver } from "./hand_over.js";

/** What is not sent: how much, whether it is late, and the ways out. */
export function unsentBox(waiting) {
  if (!waiting.count) return null;
  const late = isLate(waiting);
  const size = `${bytes(waiting.bytes)}${waiting.photos ? ` · ${whole(waiting.photos)} ${t("ảnh", "photos")}` : ""}`;
  const lateText = late
    ? t(
        `Có bản ghi chưa gửi đã ${daysSince(waiting.since)} ngày. Tìm nơi có sóng, hoặc lưu ra tệp và giao lại.`,
        `Something has not been sent for ${daysSince(waiting.since)} days. Find a signal, or save to a file and hand it over.`,
      )
    : null;
  const needsSignIn = state.stopped?.why === "sign-in";
  return h(
    "section",
    { class: `unsent ${late ? "late" : ""}`, role: "status" },
    h(
      "div",
      { class: "texts" },
      h("b", {}, t(`${whole(waiting.count)} bản ghi chưa gửi`, `${whole(waiting.count)} records not sent`)),
      h("small", {}, `${sendingText(waiting)} · ${size}`),
      lateText ? h("p", {}, lateText) : null,
    ),
    beside(
      needsSignIn
        ? link(t("Đăng nhập lại", "Sign in again"), "#/settings", "main")
        : button(t("Gửi ngay", "Send now"), sendNow, ""),
      button(t("Lưu ra tệp", "Save to a file"), () => handOver(me.officer.id)),
    ),
  );
}

/** Send at once, and say what came of it. */
export async function sendNow() {
  if (!navigator.onLine)
    return say(t("Chưa có mạng; bản ghi tự gửi khi có mạng.", "No signal yet; records go by themselves then."), "warn");
  const before = queue.unsent(await queue.records()).count;
  await syncNow().catch((error) => console.warn(String(error)));
  const left = queue.unsent(await queue.records()).count;
  queue.changed();
  return say(
    t(`Đã gửi ${before - left} bản ghi, còn ${left}.`, `${before - left} records sent, ${left} left.`),
    left ? "warn" : "ok",
  );
}

/** What the queue as a whole does: sending, waiting for the network until when, signing in needed. */
function sendingText(waiting) {
  if (state.running)
    return t(
      `Đang gửi… còn ${whole(waiting.count)} bản ghi, ${whole(waiting.photos)} ảnh (${bytes(waiting.bytes)})`,
      `Sending… ${whole(waiting.count)} records, ${whole(waiting.photos)} photos left (${bytes(waiting.bytes)})`,
    );
  if (state.stopped?.why === "sign-in")
    return t(
      "Phiên trên máy này đã hết hiệu lực: đăng nhập lại để gửi. Không mất gì.",
      "This phone's session has ended: sign in again to send. Nothing is lost.",
    );
  if (!navigator.onLine)
    return t("Chưa có mạng. Sẽ tự gửi khi có mạng.", "No signal. Sent by itself when there is one.");
  if (state.stopped?.until)
    return t(
      `Chưa tới được máy chủ (lần ${state.tries}). Tự thử lại lúc ${hour(state.stopped.until)}.`,
      `The server could not be reached (attempt ${state.tries}). Tried again at ${hour(state.stopped.until)}.`,
    );
  return t("lưu an toàn trên máy", "safe on this phone");
}

/** Whether something waits so long that it must be said louder. */
const isLate = (waiting) => waiting.since !== null && daysSince(waiting.since) >= 3;
