/** The locked app: whose work lies on this phone, and the PIN that opens it. */

import { begin, go } from "../app.js";
import { button, card, field, h, link, notice, screen } from "../dom.js";
import { enter } from "../me.js";
import { UNSENT } from "../queue.js";
import { saveQueueFile } from "../queue_file.js";
import { officers, rows } from "../store.js";
import { unlock, waitOf } from "../vault.js";
import { t } from "../words.js";
import { languages, pinInput } from "./sign_in.js";

/** Ask for the PIN of the officer who was here last, or of another. */
export async function show(chosen) {
  const all = (await officers()).filter((one) => one.wrapped_key && !one.signed_out);
  const everybody = await officers();
  if (!everybody.some((one) => one.wrapped_key)) return go("#/sign-in");
  const who = all.find((one) => String(one.id) === chosen) ?? all.sort((a, b) => (b.opened_at || 0) - (a.opened_at || 0))[0];
  const waiting = await waitingOf(everybody);
  screen({
    title: "Nhà Vững",
    about: who ? who.full_name : t("Đã đăng xuất", "Signed out"),
    main: [who ? pinCard(who) : null, others(all, who), waitingCard(waiting), link(t("Đăng nhập bằng mật khẩu, hoặc quên PIN", "Sign in with a password, or PIN forgotten"), "#/sign-in", "full"), languages()],
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
  fault.replaceChildren(notice("bad", t(`PIN không đúng (lần ${tried.wrong})`, `The PIN is not right (attempt ${tried.wrong})`)));
  return countDown({ wait_until: Date.now() + tried.wait * 1000 }, fault, open);
}

/** While attempts are slowed, say how long and take none. */
function countDown(row, fault, open) {
  const left = waitOf(row);
  open.disabled = left > 0;
  if (left <= 0) {
    fault.querySelector(".wait")?.remove();
    return;
  }
  const line = fault.querySelector(".wait") ?? fault.appendChild(h("p", { class: "wait" }));
  line.textContent = t(`Thử sai nhiều lần: chờ ${left} giây. Việc đã ghi vẫn còn nguyên.`, `Too many wrong attempts: wait ${left} seconds. Your work is untouched.`);
  setTimeout(() => open.isConnected && countDown(row, fault, open), 1000);
}

function others(all, who) {
  const rest = all.filter((one) => one !== who);
  if (!rest.length) return null;
  const choose = rest.map((one) => h("a", { class: "btn full", href: `#/pin/${one.id}` }, one.full_name));
  return card(h("h2", {}, t("Người khác dùng máy này", "Others who use this phone")), choose);
}

/** How many records of each officer wait; states lie in the open, what they say does not. */
async function waitingOf(all) {
  const counted = await Promise.all(all.map(async (one) => [one, (await rows(one.id, "record")).filter((row) => UNSENT.includes(row.state)).length]));
  return counted.filter(([, count]) => count > 0);
}

function waitingCard(waiting) {
  if (!waiting.length) return null;
  const line = ([one, count]) =>
    h("div", { class: "line" }, h("span", {}, h("b", {}, one.full_name), h("small", {}, t(`${count} bản ghi chưa gửi, đang khóa an toàn`, `${count} records not sent, safely locked`))), button(t("Lưu ra tệp", "Save to a file"), () => saveQueueFile(one.id)));
  return card(h("h2", {}, t("Chưa gửi trên máy này", "Not sent on this phone")), waiting.map(line));
}
