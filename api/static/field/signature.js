/** A signature drawn on the screen, with who signs and when, on white. */

import { button, h } from "./dom.js";
import { t, when } from "./words.js";

const WIDTH = 900;
const HEIGHT = 420;

/** Ask for a signature; the canvas, or null when nobody signed. */
export function signature(who) {
  return new Promise((resolve) => {
    const canvas = h("canvas", { width: WIDTH, height: HEIGHT, role: "img", "aria-label": t("Ô ký: vẽ bằng ngón tay", "Signing field: draw with a finger") });
    const pen = canvas.getContext("2d");
    const state = { strokes: 0 };
    const name = h("input", { type: "text", id: "signer", maxlength: "80", autocomplete: "off" });
    const blank = () => ((state.strokes = 0), clear(pen), (keep.disabled = true));
    const close = (answer) => (box.close(), box.remove(), resolve(answer));
    const keep = button(t("Giữ chữ ký", "Keep"), () => (caption(pen, who, name.value), close(canvas)), "main");
    const box = h(
      "dialog",
      { class: "drawing", "aria-label": who },
      h("h2", {}, who),
      h("label", { for: "signer" }, t("Họ và tên người ký", "Name of who signs")),
      name,
      canvas,
      h("div", { class: "beside" }, button(t("Ký lại", "Again"), blank), button(t("Thôi", "Cancel"), () => close(null)), keep),
    );
    box.addEventListener("cancel", () => close(null));
    draw(canvas, pen, state, keep);
    document.body.append(box);
    box.showModal();
    blank();
  });
}

function clear(pen) {
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, WIDTH, HEIGHT);
  Object.assign(pen, { strokeStyle: "#10202b", lineWidth: 5, lineCap: "round", lineJoin: "round" });
}

function draw(canvas, pen, state, keep) {
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * WIDTH) / box.width, ((event.clientY - box.top) * HEIGHT) / box.height];
  };
  let isDown = false;
  canvas.addEventListener("pointerdown", (event) => {
    isDown = true;
    canvas.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...at(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!isDown) return;
    pen.lineTo(...at(event));
    pen.stroke();
    state.strokes += 1;
    keep.disabled = state.strokes < 5;
  });
  for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => (isDown = false));
}

function caption(pen, who, name) {
  pen.fillStyle = "#10202b";
  pen.font = "24px system-ui, sans-serif";
  pen.fillText([who, name, when(Date.now())].filter(Boolean).join(" · "), 16, HEIGHT - 18, WIDTH - 32);
}
