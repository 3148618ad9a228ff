/** Signing in: once by password when there is a signal; between times a PIN opens the work. */

import * as api from "../api.js";
import { begin, go } from "../app.js";
import { button, card, field, h, notice, screen } from "../dom.js";
import * as kept from "../kept.js";
import { enter } from "../me.js";
import { askToPersist, officer, officers, putOfficer } from "../store.js";
import { assignmentSize, fetchAll } from "../sync.js";
import { adopt, create, fromBase64, isPin, openFor, unlock } from "../vault.js";
import { bytes, language, number, setLanguage, t } from "../words.js";

const SIGN_IN = "/api/v1/field/sign-in";

/** Ask for name and password. */
export function show() {
  const name = h("input", { type: "text", autocomplete: "username", autocapitalize: "none", spellcheck: "false", required: true });
  const password = h("input", { type: "password", autocomplete: "current-password", required: true });
  const fault = h("div", { role: "alert" });
  const enterNow = button(t("Đăng nhập", "Sign in"), () => submit(name, password, fault), "main full", { type: "submit" });
  const form = h("form", { class: "card", novalidate: true }, fault, field("name", t("Tên đăng nhập", "User name"), name), field("password", t("Mật khẩu", "Password"), password), enterNow);
  form.addEventListener("submit", (event) => event.preventDefault());
  screen({
    title: "Nhà Vững",
    about: t("Ghi nhận tại thôn, không cần mạng", "Records in the village, no signal needed"),
    main: [offlineNote(), form, languages(), h("p", { class: "small" }, t("Lần đầu cần có mạng để đăng nhập và tải danh sách. Sau đó mã PIN 6 số mở ứng dụng khi không có mạng.", "The first time a signal is needed to sign in and fetch the lists. After that a 6-digit PIN opens the app without one."))],
  });
}

function offlineNote() {
  if (navigator.onLine) return null;
  return notice("warn", t("Máy đang không có mạng", "This phone is offline"), t("Đăng nhập cần có mạng.", "Signing in needs a signal."));
}

/** The two languages as buttons. */
export function languages() {
  const choose = (code) => {
    setLanguage(code);
    location.reload();
  };
  const one = (code, text) => h("button", { type: "button", class: "btn", lang: code, "aria-pressed": String(language() === code), onclick: () => choose(code) }, text);
  return h("div", { class: "beside" }, one("vi", "Tiếng Việt"), one("en", "English"));
}

async function submit(name, password, fault) {
  fault.replaceChildren();
  try {
    const username = name.value.trim();
    const known = (await officers()).find((one) => one.username === username);
    const asked = { username, password: password.value, device_label: deviceLabel(), device_id: known?.device_id ?? null };
    api.speakWith(null);
    const { body } = await api.post(SIGN_IN, asked);
    await signedIn(body);
  } catch (error) {
    fault.replaceChildren(problem(error));
  }
}

function problem(error) {
  if (error instanceof api.NoSignal) return notice("warn", t("Không tới được máy chủ", "The server cannot be reached"), t("Kiểm tra mạng rồi thử lại.", "Check the signal and try again."));
  if (!(error instanceof api.Refused)) throw error;
  return notice("bad", error.message, error.problem?.next ? t(error.problem.next.vi, error.problem.next.en) : "");
}

function deviceLabel() {
  const model = /\(([^)]*)\)/.exec(navigator.userAgent)?.[1]?.split(";").slice(0, 3).join(",") ?? "";
  return `${navigator.userAgentData?.platform || model || "web"}`.slice(0, 60);
}

/** The server knows them: open the work they left here, or make a first place for it. */
async function signedIn(answer) {
  const known = await officer(answer.officer.id);
  const row = { ...known, id: answer.officer.id, username: answer.officer.username, full_name: answer.officer.full_name };
  await putOfficer(row);
  if (!known?.wrapped_key) return choosePin(answer, (pin) => create(answer.officer.id, pin, answer.public_key));
  return askPin(answer);
}

function askPin(answer) {
  const pin = pinInput();
  const fault = h("div", { role: "alert" });
  const open = async () => {
    const tried = await unlock(answer.officer.id, pin.value);
    pin.value = "";
    if (tried.ok) return arrive(answer);
    return fault.replaceChildren(notice("bad", t("PIN không đúng", "The PIN is not right"), tried.wait ? t(`Chờ ${tried.wait} giây.`, `Wait ${tried.wait} seconds.`) : ""));
  };
  screen({
    title: t("Mã PIN của máy này", "The PIN of this phone"),
    about: answer.officer.full_name,
    main: card(
      fault,
      h("p", {}, t("Trên máy này có việc đã ghi của anh/chị, khóa bằng mã PIN.", "This phone holds work of yours, locked with a PIN.")),
      field("pin", t("Mã PIN 6 số", "6-digit PIN"), pin),
      button(t("Mở", "Open"), open, "main full"),
      button(t("Quên PIN, đặt PIN mới", "PIN forgotten, choose a new one"), () => forgotten(answer, fault), "full"),
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
    choosePin(answer, (pin) => adopt(answer.officer.id, raw, pin));
  } catch (error) {
    fault.replaceChildren(problem(error));
  }
}

function choosePin(answer, make) {
  const first = pinInput("new-password");
  const again = pinInput("new-password");
  const fault = h("div", { role: "alert" });
  const keep = async () => {
    const why = !isPin(first.value) ? t("PIN gồm 6 chữ số, không phải sáu số giống nhau.", "A PIN has 6 digits, not six times the same.") : first.value !== again.value ? t("Hai lần nhập không giống nhau.", "The two entries differ.") : null;
    if (why) return fault.replaceChildren(notice("bad", why));
    const parts = await make(first.value);
    await putOfficer({ ...(await officer(answer.officer.id)), ...parts });
    return arrive(answer);
  };
  screen({
    title: t("Chọn mã PIN", "Choose a PIN"),
    about: answer.officer.full_name,
    main: card(
      fault,
      h("p", {}, t("PIN khóa mọi thứ anh/chị ghi trên máy này, để người khác cùng dùng máy không đọc được. Quên PIN thì đăng nhập lại bằng mật khẩu, không mất gì.", "The PIN locks everything you record on this phone from others who use it. If you forget it, sign in again with your password; nothing is lost.")),
      field("pin", t("Mã PIN 6 số", "6-digit PIN"), first),
      field("pin-again", t("Nhập lại", "Once more"), again),
      button(t("Dùng PIN này", "Use this PIN"), keep, "main full"),
    ),
  });
  first.focus();
}

/** A field for six digits that shows no digits. */
export function pinInput(autocomplete = "off") {
  return h("input", { type: "password", inputmode: "numeric", maxlength: "6", pattern: "[0-9]*", class: "pin", autocomplete });
}

/** The vault is open: keep the token, say what will be fetched, fetch it. */
async function arrive(answer) {
  const { token, device_id, may } = answer;
  await kept.put("kept", "account", { token, device_id, may, posts: answer.officer.posts });
  const id = openFor();
  await putOfficer({ ...(await officer(id)), device_id, persisted: await askToPersist(), signed_out: false });
  await enter(id);
  await offerFetch();
}

async function offerFetch() {
  const size = await assignmentSize().catch(() => null);
  const about = size ? t(`${number(size.households, 0)} hộ ở ${number(size.villages, 0)} thôn, khoảng ${bytes(size.size_bytes)}`, `${number(size.households, 0)} households in ${number(size.villages, 0)} villages, about ${bytes(size.size_bytes)}`) : "";
  const fault = h("div", { role: "alert" });
  const fetchNow = async () => {
    try {
      await fetchAll();
      await begin();
    } catch (error) {
      fault.replaceChildren(problem(error));
    }
  };
  const { heading } = screen({
    title: t("Tải danh sách được giao", "Fetch the assignment"),
    about,
    main: card(
      fault,
      h("p", {}, t("Để làm việc khi không có mạng: hộ trong thôn, phiếu hỏi, quy định đang áp dụng.", "To work without a signal: the households, the forms, the law in force.")),
      h("p", {}, h("b", {}, about)),
      button(t("Tải về máy", "Fetch"), fetchNow, "main full"),
      button(t("Để sau", "Later"), () => (begin(), go("#/home")), "full"),
    ),
  });
  heading.focus();
}
