/** Which screen is shown: the first word of the address names it, the others are told to it. */

import { h, notice, screen } from "./ui/dom.js";
import { t } from "./ui/words.js";

let screenOf = null;
let close = null;
let turn = 0;

/** Show what `find(name)` gives for the address, now and whenever that changes; resolves when the first is shown. */
export function startRouting(find) {
  screenOf = find;
  window.addEventListener("hashchange", route);
  return route();
}

/** Go somewhere; the same address again shows it anew. */
export function go(hash) {
  if (location.hash === hash) return route();
  location.hash = hash;
  return null;
}

async function route() {
  const mine = ++turn;
  close?.();
  close = null;
  const [name, ...rest] = location.hash.replace(/^#\//, "").split("/");
  try {
    const shown = await screenOf(name);
    const stop = await shown(...rest.map(decodeURIComponent));
    if (mine === turn) close = stop ?? null;
    else stop?.();
  } catch (error) {
    if (mine === turn) broke(error);
  }
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
