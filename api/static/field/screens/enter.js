/** Coming in: by password when there is a signal, by a PIN between times. */

import { go } from "../router.js";
import * as api from "../store/api.js";
import { askToPersist, changeOfficer, officer, officers, rows } from "../store/database.js";
import { enter, me } from "../store/me.js";
import { UNSENT } from "../store/queue.js";
import { assignmentSize, fetchAll, startSending } from "../store/sync.js";
import * as kept from "../store/vault.js";
import { adopt, create, fromBase64, isPin, keyHash, lock, openFor, unlock, waitOf } from "../store/vault.js";
import { button, card, field, h, link, notice, screen } from "../ui/dom.js";
import { bytes, whole, t } from "../ui/words.js";
import { languages, pinInput } from "./common.js";

const SIGN_IN = "/api/v1/field/sign-in";

/** Ask for name and password. */
export function showSignIn() {
  const name = h("input", {
    type: "text",
    autocomplete: "username",
    autocapitalize: "none",
    spellcheck: "false",
    required: true,
  });
  const password = h("input", { type: "password", autocomplete: "current-password", required: true });
  const fault = h("div", { role: "alert" });
  const enterNow = button(t("Đăng nhập", "Sign in"), () => submit(name, password, fault), "main full", {
    type: "submit",
  });
  const form = h(
    "form",
    { class: "card", novalidate: true },
    fault,
    field("name", t("Tên đăng nhập", "User name"), name),
    field("password", t("Mật khẩu", "Password"), password),
    enterNow,
  );
  form.addEventListener("submit", (event) => event.preventDefault());
  screen({
    title: "Nhà Vững",
    about: t("Ghi nhận tại thôn, không cần mạng", "Records in the village, no signal needed"),
    main: [
      offlineNote(),
      form,
      languages(),
      h(
        "p",
        { class: "small" },
        t(
          "Lần đầu cần có mạng để đăng nhập và tải danh sách. Sau đó mã PIN 6 số mở ứng dụng khi không có mạng.",
          "The first time a signal is needed to sign in and fetch the lists. After that a 6-digit PIN opens the app without one.",
        ),
      ),
    ],
  });
}

function offlineNote() {
  if (navigator.onLine) return null;
  return notice(
    "warn",
    t("Máy đang không có mạng", "This phone is offline"),
    t("Đăng nhập cần có mạng.", "Signing in needs a signal."),
  );
}

async function submit(name, password, fault) {
  fault.replaceChildren();
  try {
    const username = name.value.trim().toLowerCase();
    const known = (await officers()).find((one) => one.username === username);
    const asked = {
      username,
      password: password.value,
      device_label: deviceLabel(),
      device_id: known?.device_id ?? deviceIdFor(username),
    };
    api.speakWith(null);
    const { body } = await api.post(SIGN_IN, asked);
    await signedIn(body);
  } catch (error) {
    fault.replaceChildren(problem(error));
  }
}

/** What this phone calls itself for somebody: the same at every try, so that a lost answer costs no second device. */
function deviceIdFor(username) {
  const name = `nhavung.device.${username}`;
  if (!localStorage.getItem(name)) localStorage.setItem(name, crypto.randomUUID());
  return localStorage.getItem(name);
}

function problem(error) {
  if (error instanceof api.NoSignal)
    return notice(
      "warn",
      t("Không tới được máy chủ", "The server cannot be reached"),
      t("Kiểm tra mạng rồi thử lại.", "Check the signal and try again."),
    );
  if (!(error instanceof api.Refused)) throw error;
  return notice(
    "bad",
    error.message,
    error.problem?.next ? t(error.problem.next.vi, error.problem.next.en) : "",
  );
}

function deviceLabel() {
  const model = /\(([^)]*)\)/.exec(navigator.userAgent)?.[1]?.split(";").slice(0, 3).join(",") ?? "";
  return `${navigator.userAgentData?.platform || model || "web"}`.slice(0, 60);
}

/** The server knows them: open the work they left here, or make a first place for it. */
async function signedIn(answer) {
  const { id, username, full_name } = answer.officer;
  await changeOfficer(id, { username, full_name });
  const known = await officer(id);
  if (!known.wrapped_key) return choosePin(answer, (pin) => create(id, pin, answer.public_key));
  return askPin(answer);
}

function askPin(answer) {
  const pin = pinInput();
  const fault = h("div", { role: "alert" });
  const open = async () => {
    const tried = await unlock(answer.officer.id, pin.value);
    pin.value = "";
    if (tried.ok) return arrive(answer, fault);
    return fault.replaceChildren(
      notice(
        "bad",
        t("PIN không đúng", "The PIN is not right"),
        tried.wait ? t(`Chờ ${tried.wait} giây.`, `Wait ${tried.wait} seconds.`) : "",
      ),
    );
  };
  screen({
    title: t("Mã PIN của máy này", "The PIN of this phone"),
    about: answer.officer.full_name,
    main: card(
      fault,
      h(
        "p",
        {},
        t(
          "Trên máy này có việc đã ghi của anh/chị, khóa bằng mã PIN.",
          "This phone holds work of yours, locked with a PIN.",
        ),
      ),
      field("pin", t("Mã PIN 6 số", "6-digit PIN"), pin),
      button(t("Mở", "Open"), open, "main full"),
      button(
        t("Quên PIN, đặt PIN mới", "PIN forgotten, choose a new one"),
        () => forgotten(answer, fault),
        "full",
      ),
    ),
  });
  pin.focus();
}

/** A forgotten PIN: the server gives the data key back to its owner, who chooses a new PIN. Nothing is lost. */
async function forgotten(answer, fault) {
  try {
    const known = await officer(answer.officer.id);
    api.speakWith(answer.token);
    const { body } = await api.post("/api/v1/field/unwrap", { wrapped_key: known.wrapped_key });
    const raw = fromBase64(body.data_key);
    choosePin(answer, (pin) => adopt(answer.officer.id, raw, pin), known.wrapped_key);
  } catch (error) {
    fault.replaceChildren(problem(error));
  }
}

/** Choose a PIN for a data key, unless another window of the app has made a place for this officer meanwhile. */
function choosePin(answer, make, wrapped = null) {
  const first = pinInput("new-password");
  const again = pinInput("new-password");
  const fault = h("div", { role: "alert" });
  const keep = async () => {
    const why = !isPin(first.value)
      ? t("PIN gồm 6 chữ số, không dễ đoán như 111111, 123456.", "A PIN has 6 digits, none like 111111 or 123456.")
      : first.value !== again.value
        ? t("Hai lần nhập không giống nhau.", "The two entries differ.")
        : null;
    if (why) return fault.replaceChildren(notice("bad", why));
    const parts = await make(first.value);
    const isStill = (row) => (row?.wrapped_key ?? null) === wrapped;
    if (await changeOfficer(answer.officer.id, parts, isStill)) return arrive(answer, fault);
    lock();
    return askPin(answer);
  };
  screen({
    title: t("Chọn mã PIN", "Choose a PIN"),
    about: answer.officer.full_name,
    main: card(
      fault,
      h(
        "p",
        {},
        t(
          "PIN khóa mọi thứ anh/chị ghi trên máy này, để người khác cùng dùng máy không đọc được. Quên PIN thì đăng nhập lại bằng mật khẩu, không mất gì.",
          "The PIN locks everything you record on this phone from others who use it. If you forget it, sign in again with your password; nothing is lost.",
        ),
      ),
      field("pin", t("Mã PIN 6 số", "6-digit PIN"), first),
      field("pin-again", t("Nhập lại", "Once more"), again),
      button(t("Dùng PIN này", "Use this PIN"), keep, "main full"),
    ),
  });
  first.focus();
}

/** Everything is in place once the server knows the data key: a file saved from now on proves its phone. */
async function arrive(answer, fault) {
  const { token, device_id, may } = answer;
  api.speakWith(token);
  try {
    await api.post("/api/v1/field/data-key", { sha256: keyHash() });
  } catch (error) {
    return fault.replaceChildren(problem(error));
  }
  await kept.put("kept", "account", { token, device_id, may, posts: answer.officer.posts });
  const id = openFor();
  await changeOfficer(id, { device_id, persisted: await askToPersist(), signed_out: false });
  await enter(id);
  return offerFetch();
}

async function offerFetch() {
  const size = await assignmentSize().catch(() => null);
  const about = size
    ? t(
        `${whole(size.households)} hộ ở ${whole(size.villages)} thôn, khoảng ${bytes(size.size_bytes)}`,
        `${whole(size.households)} households in ${whole(size.villages)} villages, about ${bytes(size.size_bytes)}`,
      )
    : "";
  const fault = h("div", { role: "alert" });
  const fetchNow = async () => {
    try {
      await fetchAll();
      begin();
    } catch (error) {
      fault.replaceChildren(problem(error));
    }
  };
  const { heading } = screen({
    title: t("Tải danh sách được giao", "Fetch the assignment"),
    about,
    main: card(
      fault,
      h(
        "p",
        {},
        t(
          "Để làm việc khi không có mạng: hộ trong thôn, phiếu hỏi, quy định đang áp dụng.",
          "To work without a signal: the households, the forms, the law in force.",
        ),
      ),
      h("p", {}, h("b", {}, about)),
      button(t("Tải về máy", "Fetch"), fetchNow, "main full"),
      button(t("Để sau", "Later"), () => (begin(), go("#/home")), "full"),
    ),
  });
  heading.focus();
}

/** Somebody unlocked their work: show what they were at, and send what waits. */
function begin() {
  startSending();
  go(me.officer.open || "#/home");
}

// --- the locked app

/** Ask for the PIN of the officer who was here last, or of another. */
export async function showPin(chosen) {
  const all = (await officers()).filter((one) => one.wrapped_key && !one.signed_out);
  const everybody = await officers();
  if (!everybody.some((one) => one.wrapped_key)) return go("#/sign-in");
  const who =
    all.find((one) => String(one.id) === chosen) ??
    all.sort((a, b) => (b.opened_at || 0) - (a.opened_at || 0))[0];
  const waiting = await waitingOf(everybody);
  screen({
    title: "Nhà Vững",
    about: who ? who.full_name : t("Đã đăng xuất", "Signed out"),
    main: [
      who ? pinCard(who) : null,
      others(all, who),
      waitingCard(waiting),
      link(
        t("Đăng nhập bằng mật khẩu, hoặc quên PIN", "Sign in with a password, or PIN forgotten"),
        "#/sign-in",
        "full",
      ),
      languages(),
    ],
  });
  document.getElementById("pin")?.focus();
  return null;
}

function pinCard(who) {
  const pin = pinInput();
  const fault = h("div", { role: "alert" });
  const open = button(t("Mở khóa", "Unlock"), () => tryPin(who, pin, fault, open), "main full");
  pin.addEventListener("input", () => pin.value.length === 6 && open.click());
  pin.addEventListener("keydown", (event) => event.key === "Enter" && open.click());
  countDown(who, fault, open);
  return card(fault, field("pin", t(`Mã PIN của ${who.full_name}`, `PIN of ${who.full_name}`), pin), open);
}

async function tryPin(who, pin, fault, open) {
  const tried = await unlock(who.id, pin.value);
  pin.value = "";
  if (tried.ok) {
    await enter(who.id);
    return begin();
  }
  fault.replaceChildren(
    notice("bad", t(`PIN không đúng (lần ${tried.wrong})`, `The PIN is not right (attempt ${tried.wrong})`)),
  );
  return countDown({ wait_until: Date.now() + tried.wait * 1000 }, fault, open);
}

function countDown(row, fault, open) {
  const left = waitOf(row);
  open.disabled = left > 0;
  if (left <= 0) {
    fault.querySelector(".wait")?.remove();
    return;
  }
  const line = fault.querySelector(".wait") ?? fault.appendChild(h("p", { class: "wait" }));
  line.textContent = t(
    `Thử sai nhiều lần: chờ ${left} giây. Việc đã ghi vẫn còn nguyên.`,
    `Too many wrong attempts: wait ${left} seconds. Your work is untouched.`,
  );
  setTimeout(() => open.isConnected && countDown(row, fault, open), 1000);
}

function others(all, who) {
  const rest = all.filter((one) => one !== who);
  if (!rest.length) return null;
  const choose = rest.map((one) => h("a", { class: "btn full", href: `#/pin/${one.id}` }, one.full_name));
  return card(h("h2", {}, t("Người khác dùng máy này", "Others who use this phone")), choose);
}

// Asked for when it is needed: the PIN screen is shown sooner.
const handOver = async (id) => (await import("./hand_over.js")).handOver(id);

/** How many records of each officer wait; states lie in the open, what they say does not. */
async function waitingOf(all) {
  const counted = await Promise.all(
    all.map(async (one) => [
      one,
      (await rows(one.id, "record")).filter((row) => UNSENT.includes(row.state)).length,
    ]),
  );
  return counted.filter(([, count]) => count > 0);
}

function waitingCard(waiting) {
  if (!waiting.length) return null;
  const line = ([one, count]) =>
    h(
      "div",
      { class: "line" },
      h(
        "span",
        {},
        h("b", {}, one.full_name),
        h(
          "small",
          {},
          t(`${count} bản ghi chưa gửi, đang khóa an toàn`, `${count} records not sent, safely locked`),
        ),
      ),
      button(t("Lưu ra tệp", "Save to a file"), () => handOver(one.id)),
    );
  return card(h("h2", {}, t("Chưa gửi trên máy này", "Not sent on this phone")), waiting.map(line));
}
