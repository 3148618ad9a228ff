/** Where a record stands, in words: one place for every screen. */

import { chip } from "./dom.js";
import { state } from "./send.js";
import { bytes, daysSince, hour, label, number, t, when } from "./words.js";

/** The word of a record's state and its tone. */
export function stateOf(one) {
  const left = (one.photos ?? []).length - (one.stored ?? []).length;
  const waits = one.receipt?.state === "waiting";
  const back = one.back?.state;
  return {
    ready: [t("Chưa gửi", "Not sent"), "warn"],
    sending: [t("Đang gửi", "Sending"), "accent"],
    photos: [t(`Còn ${left} ảnh`, `${left} photos to go`), "warn"],
    sent: waits ? [t("Đã nhận, chờ xem", "Received, in review"), "accent"] : [t("Có biên nhận", "Receipt kept"), "ok"],
    returned: [back === "corrected" ? t("Đã được người khác sửa", "Corrected by somebody") : back === "set_aside" ? t("Trả lại", "Returned") : t("Cần sửa", "To mend"), "bad"],
    refused: [t("Máy chủ chưa nhận", "Not accepted"), "bad"],
    conflict: [t("Người khác đã sửa", "Somebody changed it"), "bad"],
    broken: [t("Không đọc được", "Cannot be read"), "bad"],
  }[one.state];
}

/** The state as a small mark with its word. */
export const stateChip = (one) => chip(...stateOf(one));

/** What else there is to say of the state: the reason, the next attempt, the receipt. */
export function stateText(one) {
  if (one.state === "broken") return label(one.reason?.message) || t("Bản ghi này trên máy bị hỏng. Nó không chặn bản ghi khác; hãy lưu riêng ra tệp cho quản trị xem.", "This record was damaged on the phone. It blocks no other; save it to a file for the administrator.");
  if (one.state === "sent") return t(`Biên nhận phiên bản ${one.version}, ${when(one.receipt.received_at)}`, `Receipt for version ${one.version}, ${when(one.receipt.received_at)}`);
  if (one.reason) return [label(one.reason.message), label(one.reason.next)].filter(Boolean).join(" ");
  if (one.state === "ready") return t("Lưu an toàn trên máy, chưa gửi.", "Safe on this phone, not sent.");
  return one.state === "photos" ? t("Máy chủ đã nhận phần chữ; ảnh chưa gửi hết, vẫn nằm trên máy.", "The server has the text; some photos are still only on this phone.") : "";
}

/** What the queue as a whole does: sending, waiting for the network until when, signing in needed. */
export function sendingText(waiting) {
  if (state.running) return t(`Đang gửi… còn ${number(waiting.count, 0)} bản ghi, ${number(waiting.photos, 0)} ảnh (${bytes(waiting.bytes)})`, `Sending… ${number(waiting.count, 0)} records, ${number(waiting.photos, 0)} photos left (${bytes(waiting.bytes)})`);
  if (state.stopped?.why === "sign-in") return t("Phiên trên máy này đã hết hiệu lực: đăng nhập lại để gửi. Không mất gì.", "This phone's session has ended: sign in again to send. Nothing is lost.");
  if (!navigator.onLine) return t("Chưa có mạng. Sẽ tự gửi khi có mạng.", "No signal. Sent by itself when there is one.");
  if (state.stopped?.until) return t(`Chưa tới được máy chủ (lần ${state.tries}). Tự thử lại lúc ${hour(state.stopped.until)}.`, `The server could not be reached (attempt ${state.tries}). Tried again at ${hour(state.stopped.until)}.`);
  return t("lưu an toàn trên máy", "safe on this phone");
}

/** Whether something waits so long that it must be said louder. */
export const isLate = (waiting) => waiting.since !== null && daysSince(waiting.since) >= 3;
