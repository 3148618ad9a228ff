/** Every record on this phone with its state in words. */

import { button, empty, h, screen } from "../dom.js";
import * as queue from "../queue.js";
import { number, t } from "../words.js";
import { recordRow, unsentBox } from "./home.js";

const SHOWN = 100;

/** Show the list; kept up to date while records are sent. */
export async function show() {
  const view = { more: SHOWN };
  const shown = screen({ title: t("Bản ghi trên máy", "Records on this phone"), back: "#/home", main: [] });
  view.main = shown.main;
  view.aside = shown.aside;
  await paint(view);
  return queue.watch(() => paint(view));
}

async function paint(view) {
  const records = await queue.records();
  if (!view.main.isConnected) return;
  const waiting = queue.unsent(records);
  view.aside.textContent = t(`${number(waiting.count, 0)} chưa gửi, ${number(records.length - waiting.count, 0)} đã gửi`, `${number(waiting.count, 0)} not sent, ${number(records.length - waiting.count, 0)} sent`);
  const left = records.length - view.more;
  const parts = [
    unsentBox(waiting),
    h("div", { class: "list" }, records.slice(0, view.more).map(recordRow)),
    left > 0 ? button(t(`Hiện thêm (còn ${number(left, 0)})`, `Show more (${number(left, 0)} left)`), () => ((view.more += 200), paint(view)), "full") : null,
    records.length ? null : empty(t("Chưa có bản ghi nào", "No records yet"), t("Bản ghi hoàn tất nằm ở đây, từ lúc lưu trên máy đến khi có biên nhận.", "Finished records stand here, from being saved to their receipt.")),
  ];
  view.main.replaceChildren(...parts.filter(Boolean));
}
