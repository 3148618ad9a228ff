/** This phone: who works on it, what is on it, the PIN, the language, the lists, signing out. */

import { lockNow } from "../lock.js";
import { go } from "../router.js";
import * as api from "../store/api.js";
import { askToPersist, changeOfficer, room } from "../store/database.js";
import * as drafts from "../store/drafts.js";
import { leave, leaveEverywhere, me } from "../store/me.js";
import * as queue from "../store/queue.js";
import { assignmentSize, fetchAll, state, syncNow } from "../store/sync.js";
import * as kept from "../store/vault.js";
import { changePin, isPin } from "../store/vault.js";
import { ask, button, card, field, h, notice, say, screen } from "../ui/dom.js";
import { bytes, whole, t, when } from "../ui/words.js";
import { languages, pinInput } from "./common.js";
import { handOver } from "./hand_over.js";

/** Show the settings. */
export async function showSettings() {
  const [space, records] = await Promise.all([room(), queue.records()]);
  const waiting = queue.unsent(records);
  screen({
    title: t("Cài đặt", "Settings"),
    about: me.officer.full_name,
    back: "#/home",
    main: [
      state.stopped?.why === "sign-in" ? signInAgain() : null,
      listCard(),
      card(
        h("h2", {}, t("Chưa gửi", "Not sent")),
        h(
          "p",
          {},
          waiting.count
            ? t(
                `${waiting.count} bản ghi, ${waiting.photos} ảnh, ${bytes(waiting.bytes)}`,
                `${waiting.count} records, ${waiting.photos} photos, ${bytes(waiting.bytes)}`,
              )
            : t("Mọi bản ghi đã gửi và có biên nhận.", "Every record was sent and has its receipt."),
        ),
        h(
          "p",
          { class: "small" },
          t(
            "Tệp lưu ra được khóa; chỉ máy chủ đọc được. Giao tệp cho cán bộ xã hoặc mở trên máy khác có mạng. Bản ghi trên máy vẫn còn đến khi có biên nhận.",
            "The file is locked; only the server reads it. Hand it to the commune, or upload it from another device. The records stay here until there are receipts.",
          ),
        ),
        waiting.count
          ? button(t("Lưu ra tệp", "Save to a file"), () => handOver(me.officer.id))
          : null,
      ),
      spaceCard(space),
      pinCard(),
      card(h("h2", {}, t("Ngôn ngữ", "Language")), languages()),
      card(
        h("h2", {}, t("Máy này", "This phone")),
        versionLine(),
        button(t("Khóa ngay", "Lock now"), lockNow, "full"),
        button(t("Đăng xuất", "Sign out"), () => signOut(waiting), "danger full"),
      ),
    ],
  });
}

function signInAgain() {
  return notice(
    "warn",
    t("Phiên trên máy này đã hết hiệu lực", "This phone's session has ended"),
    t("Đăng nhập lại để gửi; việc đã ghi vẫn còn nguyên.", "Sign in again to send; your work is untouched."),
    button(t("Đăng nhập lại", "Sign in again"), () => (leave(), go("#/sign-in")), "main"),
  );
}

function listCard() {
  const { assignment, law } = me;
  const fault = h("div", { role: "alert" });
  const known = assignment.synced_at
    ? t(
        `Tải lúc ${when(assignment.synced_at)}: ${whole(assignment.households.length)} hộ, ${whole(assignment.villages.length)} thôn, xã.`,
        `Fetched ${when(assignment.synced_at)}: ${whole(assignment.households.length)} households, ${whole(assignment.villages.length)} units.`,
      )
    : t("Chưa tải.", "Not fetched yet.");
  const about = law
    ? t(`Bản luật ${law.release.slice(0, 8)}.`, `Law release ${law.release.slice(0, 8)}.`)
    : "";
  return card(
    h("h2", {}, t("Danh sách được giao", "Assignment")),
    fault,
    h("p", {}, known),
    h("p", { class: "small" }, about),
    button(t("Tải lại danh sách", "Fetch again"), () => fetchAgain(fault), "full"),
  );
}

async function fetchAgain(fault) {
  try {
    const size = await assignmentSize();
    const sure = await ask(
      t("Tải danh sách?", "Fetch the lists?"),
      t(
        `${whole(size.households)} hộ, ${whole(size.villages)} thôn: nhiều nhất ${bytes(size.size_bytes)}; thường chỉ phần thay đổi.`,
        `${whole(size.households)} households, ${whole(size.villages)} villages: at most ${bytes(size.size_bytes)}; mostly only what changed.`,
      ),
      t("Tải", "Fetch"),
      t("Thôi", "Cancel"),
    );
    if (!sure) return;
    await syncNow().catch(() => fetchAll());
    say(t("Đã tải xong", "Fetched"));
    await showSettings();
  } catch (error) {
    if (!(error instanceof api.NoSignal) && !(error instanceof api.Refused)) throw error;
    fault.replaceChildren(
      notice(
        "warn",
        error instanceof api.NoSignal
          ? t("Không tới được máy chủ", "The server cannot be reached")
          : error.message,
      ),
    );
  }
}

function spaceCard(space) {
  const promise =
    space.persisted === true
      ? [
          h(
            "p",
            {},
            t("Trình duyệt đã hứa giữ dữ liệu, không tự xóa.", "The browser has promised to keep the data."),
          ),
        ]
      : [
          notice(
            "warn",
            t("Trình duyệt chưa hứa giữ dữ liệu", "The browser has not promised to keep the data"),
            t(
              "Cài ứng dụng ra màn hình chính và không xóa dữ liệu trình duyệt khi còn bản ghi chưa gửi.",
              "Install the app to the home screen, and do not clear browser data while records are not sent.",
            ),
          ),
          button(
            t("Hỏi lại trình duyệt", "Ask the browser again"),
            async () => (await askToPersist(), showSettings()),
          ),
        ];
  const left =
    space.free === null
      ? null
      : h(
          "p",
          { class: "small" },
          t(`Còn khoảng ${bytes(space.free)} cho ứng dụng.`, `About ${bytes(space.free)} left for the app.`),
        );
  return card(h("h2", {}, t("Giữ dữ liệu trên máy", "Keeping data on this phone")), promise, left);
}

function pinCard() {
  const [old, first, again] = [pinInput(), pinInput("new-password"), pinInput("new-password")];
  const fault = h("div", { role: "alert" });
  const change = async () => {
    if (!isPin(first.value) || first.value !== again.value)
      return fault.replaceChildren(
        notice(
          "bad",
          t(
            "PIN mới: 6 chữ số, hai lần giống nhau, không phải sáu số giống nhau.",
            "New PIN: 6 digits, twice the same, not six times one digit.",
          ),
        ),
      );
    const tried = await changePin(me.officer.id, old.value, first.value);
    for (const input of [old, first, again]) input.value = "";
    return fault.replaceChildren(
      tried.ok
        ? notice("ok", t("Đã đổi PIN", "The PIN was changed"))
        : notice(
            "bad",
            t("PIN cũ không đúng", "The old PIN is not right"),
            tried.wait ? t(`Chờ ${tried.wait} giây.`, `Wait ${tried.wait} seconds.`) : "",
          ),
    );
  };
  return h(
    "details",
    { class: "card" },
    h("summary", {}, h("h2", {}, t("Đổi PIN", "Change the PIN"))),
    fault,
    field("old-pin", t("PIN cũ", "Old PIN"), old),
    field("new-pin", t("PIN mới", "New PIN"), first),
    field("new-pin-2", t("Nhập lại", "Once more"), again),
    button(t("Đổi PIN", "Change the PIN"), change, "full"),
  );
}

function versionLine() {
  const line = h("p", { class: "small" });
  caches
    .keys()
    .then(
      (names) =>
        (line.textContent =
          t("Bản ứng dụng: ", "App version: ") +
          (names.map((name) => name.replace("nhavung-shell-", "")).join(", ") || "–")),
    );
  return line;
}

/** Signing out forgets the session, never the work: it stays locked on this phone until its officer returns. */
async function signOut(waiting) {
  if (!navigator.onLine) return lockInstead();
  const text = waiting.count
    ? t(
        `${waiting.count} bản ghi chưa gửi vẫn nằm trên máy, khóa lại. Cần có mạng và mật khẩu để vào lại và gửi.`,
        `${waiting.count} records not sent stay on this phone, locked. Coming back needs a signal and the password.`,
      )
    : t(
        "Bản ghi dở và danh sách vẫn nằm trên máy, khóa lại. Cần có mạng và mật khẩu để vào lại.",
        "Drafts and lists stay on this phone, locked. Coming back needs a signal and the password.",
      );
  if (!(await ask(t("Đăng xuất?", "Sign out?"), text, t("Đăng xuất", "Sign out"), t("Ở lại", "Stay"))))
    return null;
  await drafts.idle();
  const { token, ...account } = me.account ?? {};
  await kept.put("kept", "account", { ...account, token: null });
  await changeOfficer(me.officer.id, { signed_out: true, open: null });
  leaveEverywhere();
  if (token) api.endToken(token);
  return go("#/sign-in");
}

/** Whoever signs out in a valley could not come in again before there is a signal: locking serves them better. */
async function lockInstead() {
  const text = t(
    "Đang không có mạng: đăng xuất rồi thì chỉ vào lại được khi có mạng. Khóa ngay thì người khác cũng không xem được, và mở lại bằng PIN.",
    "There is no signal: once signed out, you could not come in before there is one. Locking keeps others out too, and your PIN opens again.",
  );
  const answer = t("Khóa ngay", "Lock now");
  if (await ask(t("Chưa đăng xuất được", "Not without a signal"), text, answer, t("Ở lại", "Stay"))) await lockNow();
}
