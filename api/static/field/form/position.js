/** Where we stand: the best of several fixes with live accuracy, words about the village, placing by hand. */

import { me, villageName } from "../store/me.js";
import { beside, button, h, notice, refill } from "../ui/dom.js";
import { hour, localIso, number, whole, t } from "../ui/words.js";
import { placeIn } from "./geometry.js";
import { placeOnMap } from "./map.js";

/** Above this a fix is weak, above the second it needs a reason. Metres. */
const WEAK_M = 20;
export const POOR_M = 50;
const GOOD_ENOUGH_M = 6;
const ENOUGH_FIXES = 4;

/**
 * Watch for fixes; `onChange({best, fixes, error})` after each. Stops by itself when the fix is good.
 * Returns how to stop.
 */
function watchFixes(onChange) {
  /** @type {{best: any, fixes: number, error: number | null, done: boolean}} */
  const seen = { best: null, fixes: 0, error: null, done: false };
  const watch = navigator.geolocation.watchPosition(
    (position) => {
      seen.fixes += 1;
      seen.error = null;
      if (!seen.best || position.coords.accuracy <= seen.best.accuracy_m) seen.best = pointOf(position);
      if (seen.best.accuracy_m <= GOOD_ENOUGH_M && seen.fixes >= ENOUGH_FIXES) stop();
      onChange({ ...seen });
    },
    (error) => {
      seen.error = error.code;
      onChange({ ...seen });
    },
    { enableHighAccuracy: true, maximumAge: 0, timeout: 30000 },
  );
  const stop = () => {
    seen.done = true;
    navigator.geolocation.clearWatch(watch);
  };
  return stop;
}

function pointOf(position) {
  const { longitude, latitude, accuracy } = position.coords;
  const mocked = position.mocked ?? position.coords.mocked;
  return {
    lon: round(longitude, 7),
    lat: round(latitude, 7),
    accuracy_m: round(accuracy, 1),
    captured_at: localIso(new Date(position.timestamp)),
    source: "gnss",
    ...(typeof mocked === "boolean" ? { mock: mocked } : {}),
  };
}

/** A point a person placed on the map. */
const placedByHand = ([lon, lat]) => ({
  lon: round(lon, 7),
  lat: round(lat, 7),
  captured_at: localIso(new Date()),
  source: "manual",
});

const round = (value, digits) => Number(value.toFixed(digits));

// --- taking a position

/** The widget of a point question. A weak fix is warned of, a poor one asks for its reason. */
export function pointWidget(question, value, { id, tell, ctx }) {
  /** @type {{value: any, live: any, stop: (() => void) | null}} */
  const state = { value: value ?? null, live: null, stop: null };
  const box = h("div", { class: "point" });
  const view = { state, box, id, ctx, tell: (point) => tell((state.value = point)) };
  box.addEventListener("leave", () => state.stop?.());
  // Who goes on while the position is being taken keeps the best fix so far.
  ctx.onClose?.(() => state.stop && accept(view));
  draw(view);
  return box;
}

function draw(view) {
  const { state, id } = view;
  if (state.stop) return refill(view.box, ...watching(view).filter(Boolean));
  const label = state.value ? t("Lấy lại vị trí", "Take it again") : t("Lấy vị trí", "Take the position");
  const start = button(label, () => begin(view), state.value ? "" : "main", { id });
  const manual = button(t("Đặt tay trên bản đồ", "Place on the map"), () => byHand(view));
  return refill(view.box, ...(resting(view) ?? []).filter(Boolean), beside(start, manual));
}

function begin(view) {
  if (!navigator.geolocation) return byHand(view);
  view.state.live = { best: null, fixes: 0, error: null };
  view.state.stop = watchFixes((seen) => {
    view.state.live = seen;
    if (seen.done) return accept(view);
    return view.state.stop && draw(view);
  });
  return draw(view);
}

function watching(view) {
  const { best, fixes, error } = view.state.live;
  const take = button(t("Dùng vị trí này", "Use this position"), () => accept(view), "main");
  take.disabled = !best;
  return [
    h(
      "p",
      { class: `fix ${best ? tone(best) : ""}`, role: "status" },
      best
        ? h("b", {}, `± ${whole(best.accuracy_m)} m`)
        : h("b", {}, t("Đang tìm vị trí…", "Looking for the position…")),
      h("small", {}, t(`lần đo thứ ${fixes}, giữ lần tốt nhất`, `fix ${fixes}, the best is kept`)),
    ),
    best && best.accuracy_m > WEAK_M
      ? h(
          "p",
          { class: "small" },
          t(
            "Đứng ra chỗ thoáng, chờ thêm cho sai số dưới 20 m.",
            "Stand in the open and wait for less than 20 m.",
          ),
        )
      : null,
    error ? notice("warn", errorText(error)) : null,
    beside(
      take,
      button(t("Thôi", "Stop"), () => halt(view)),
      error ? button(t("Đặt tay trên bản đồ", "Place on the map"), () => (halt(view), byHand(view))) : null,
    ),
  ];
}

const tone = ({ accuracy_m: accuracy }) => (accuracy > POOR_M ? "bad" : accuracy > WEAK_M ? "warn" : "ok");

function errorText(code) {
  if (code === 1)
    return t(
      "Ứng dụng chưa được phép dùng vị trí. Mở cài đặt của trình duyệt để cho phép, hoặc đặt tay trên bản đồ.",
      "The app may not use the position. Allow it in the browser's settings, or place it by hand.",
    );
  return t(
    "Chưa bắt được tín hiệu. Ra chỗ thoáng và chờ, hoặc đặt tay trên bản đồ.",
    "No fix yet. Stand in the open and wait, or place it by hand.",
  );
}

function halt(view) {
  view.state.stop?.();
  view.state.stop = null;
  draw(view);
}

function accept(view) {
  const { best } = view.state.live;
  view.state.stop?.();
  view.state.stop = null;
  if (best) view.tell(best);
  draw(view);
}

async function byHand(view) {
  const village = me.villages.get(view.ctx.values().area_code) ?? me.assignment.villages[0];
  const placed = await placeOnMap({ village, start: view.state.value, self: view.ctx.values().household });
  if (placed) view.tell(placedByHand(placed));
  draw(view);
}

function resting(view) {
  const point = view.state.value;
  if (!point) return null;
  const where = `${number(point.lat, 5)}; ${number(point.lon, 5)}`;
  const how =
    point.source === "manual"
      ? t("đặt tay trên bản đồ", "placed by hand")
      : point.accuracy_m !== undefined
        ? `± ${whole(point.accuracy_m)} m`
        : "";
  const at = point.captured_at ? t(`lúc ${hour(point.captured_at)}`, `at ${hour(point.captured_at)}`) : "";
  return [
    h(
      "p",
      { class: `fix ${point.source === "manual" ? "" : tone(point)}`, role: "status" },
      h("b", {}, how),
      h("small", {}, [where, at].filter(Boolean).join(" · ")),
    ),
    areaWords(point, view.ctx.values().area_code),
    point.accuracy_m > WEAK_M && point.accuracy_m <= POOR_M
      ? notice(
          "warn",
          t("Sai số trên 20 m", "More than 20 m off"),
          t(
            "Nếu được, đứng trước nhà, chỗ thoáng, rồi lấy lại.",
            "If you can, stand in front of the house in the open and take it again.",
          ),
        )
      : null,
    point.accuracy_m > POOR_M ? reason(view) : null,
  ];
}

/** Words about the village the point lies in. Inside the boundary's uncertainty nobody is alarmed. */
function areaWords(point, code) {
  if (me.villages.get(code)?.boundary_is_approximate)
    return h(
      "p",
      { class: "small" },
      t(
        "Ranh thôn trên máy chỉ gần đúng, không dùng để kiểm tra vị trí.",
        "The village's boundary here is approximate and checks no position.",
      ),
    );
  const found = placeIn(point, me.villages.get(code));
  if (!found || found.kind === "inside")
    return found
      ? h("p", { class: "small" }, t(`Trong ranh ${villageName(code)}.`, `Inside ${villageName(code)}.`))
      : null;
  const known = t(
    `ranh trên máy chính xác tới ${found.uncertainty_m} m`,
    `the boundary here is known to ${found.uncertainty_m} m`,
  );
  if (found.kind === "near")
    return h(
      "p",
      { class: "small" },
      t(`Sát ranh ${villageName(code)} (${known}).`, `At the boundary of ${villageName(code)} (${known}).`),
    );
  return notice(
    "warn",
    t(
      `Ngoài ranh ${villageName(code)} khoảng ${whole(found.distance_m)} m`,
      `About ${whole(found.distance_m)} m outside ${villageName(code)}`,
    ),
    t(`Kiểm tra thôn đã chọn hoặc vị trí (${known}).`, `Check the village or the position (${known}).`),
  );
}

function reason(view) {
  const input = h("input", {
    type: "text",
    id: `${view.id}-why`,
    maxlength: "120",
    value: view.state.value.reason ?? "",
  });
  input.addEventListener("input", () => {
    const { reason: _, ...point } = view.state.value;
    const told = input.value.trim();
    view.tell(told ? { ...point, reason: told } : point);
  });
  return h(
    "div",
    { class: "problem warn" },
    h(
      "label",
      { for: input.id },
      h(
        "b",
        {},
        t("Sai số trên 50 m: vì sao không lấy được tốt hơn?", "More than 50 m off: why not better?"),
      ),
    ),
    input,
  );
}
