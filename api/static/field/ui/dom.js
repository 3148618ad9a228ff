/** The parts screens are made of. Data enters the page as text nodes only. */

/** An element with attributes, listeners (on…) and children; strings become text. */
export function h(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) set(made, name, value);
  made.append(...children.flat(Infinity).filter((one) => one !== null && one !== undefined && one !== false));
  return made;
}

function set(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (name in PROPERTIES) element[name] = value;
  else element.setAttribute(name, value === true ? "" : value);
}

const PROPERTIES = { value: 1, checked: 1, disabled: 1, hidden: 1 };

/** A button that does one thing; kind: "", "main" or "danger". It waits while its work runs. */
export function button(text, act, kind = "", attributes = {}) {
  const made = h("button", { type: "button", class: `btn ${kind}`, ...attributes }, text);
  made.addEventListener("click", async (event) => {
    if (made.getAttribute("aria-busy")) return;
    made.setAttribute("aria-busy", "true");
    try {
      await act(event);
    } finally {
      made.removeAttribute("aria-busy");
    }
  });
  return made;
}

/** A link within the app, with the look of a button. */
export const link = (text, hash, kind = "") => h("a", { class: `btn ${kind}`, href: hash }, text);

/** A box that says something: tone "ok", "warn" or "bad"; the first text is its heading. */
export function notice(tone, heading, ...more) {
  const body = more.map((one) => (typeof one === "string" ? h("p", {}, one) : one));
  return h(
    "div",
    { class: `problem ${tone}`, role: tone === "bad" ? "alert" : "status" },
    h("b", {}, heading),
    body,
  );
}

/** A small word on a ground of its tone. */
export const chip = (text, tone = "") => h("span", { class: `chip ${tone}` }, text);

/** A block of a screen. */
export const card = (...children) => h("section", { class: "card" }, children);

/** A labelled input with its hint and the place for its fault. */
export function field(id, text, input, hint) {
  input.id = id;
  const described = [hint && `${id}-hint`, `${id}-fault`].filter(Boolean).join(" ");
  input.setAttribute("aria-describedby", described);
  return h(
    "div",
    { class: "field" },
    h("label", { for: id }, text),
    hint ? h("small", { class: "hint", id: `${id}-hint` }, hint) : null,
    input,
    h("span", { class: "fault", id: `${id}-fault` }),
  );
}

/** Nothing here: what will stand here and how it comes. */
export const empty = (heading, text, ...more) =>
  h("div", { class: "empty" }, h("b", {}, heading), h("p", {}, text), more);

const ARROW = "M15 5l-7 7 7 7";

function icon(path = ARROW) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const line = document.createElementNS(space, "path");
  for (const [name, value] of Object.entries({ viewBox: "0 0 24 24", "aria-hidden": "true" }))
    svg.setAttribute(name, value);
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

/**
 * Fill the app with one screen.
 * @param {{title: string, about?: string, back?: string | null, main: any, footer?: any}} parts
 */
export function screen({ title, about = "", back = null, main, footer = null }) {
  const heading = h("h1", { tabindex: "-1" }, title);
  const aside = h("small", { class: "about" }, about);
  const page = h("main", { class: "page", id: "main" }, main);
  document
    .getElementById("app")
    ?.replaceChildren(
      h(
        "header",
        { class: "strip" },
        back
          ? h(
              "a",
              { class: "back", href: back },
              icon(),
              h("span", { class: "hidden-text" }, "Quay lại / Back"),
            )
          : null,
        h("div", {}, heading, aside),
      ),
      page,
      ...(footer ? [h("footer", { class: "tools" }, footer)] : []),
    );
  document.title = `${title} · Nhà Vững`;
  window.scrollTo(0, 0);
  heading.focus({ preventScroll: true });
  return { heading, aside, main: page };
}

const CONTROLS = "a, button:not([disabled]), input, select, textarea, summary";

/** Put other parts into a place; whoever is at a control there stays at the one of the same name. */
export function refill(place, ...parts) {
  const nameOf = (one) => one.getAttribute("href") ?? one.getAttribute("aria-label") ?? one.textContent;
  const at = [...place.querySelectorAll(CONTROLS)].indexOf(document.activeElement);
  const name = at < 0 ? null : nameOf(document.activeElement);
  place.replaceChildren(...parts);
  if (at < 0) return;
  const now = [...place.querySelectorAll(CONTROLS)];
  (now.find((one) => nameOf(one) === name) ?? now[Math.min(at, now.length - 1)])?.focus({ preventScroll: true });
}

/** Say a short thing aloud and show it for a moment, without taking the focus. */
export function say(text, tone = "ok") {
  const place =
    document.getElementById("said") || document.body.appendChild(h("div", { id: "said", role: "status" }));
  const line = h("p", { class: tone }, text);
  place.replaceChildren(line);
  setTimeout(() => line.remove(), 4000);
}

/** Buttons side by side. */
export const beside = (...buttons) => h("div", { class: "beside" }, buttons);

/** A window over the screen: `fill(close)` gives its parts; resolves to what it is closed with, null by Escape. */
export function dialog(kind, title, fill) {
  return new Promise((resolve) => {
    const box = h("dialog", { class: kind, "aria-label": title }, h("h2", {}, title));
    const close = (answer) => (box.close(), box.remove(), resolve(answer));
    box.append(...fill(close));
    box.addEventListener("cancel", () => close(null));
    document.body.append(box);
    box.showModal();
  });
}

/** Ask for a yes before something that matters; resolves to true, or not. */
export function ask(heading, text, yes, no) {
  return dialog("ask", heading, (close) => [
    h("p", {}, text),
    beside(
      button(no, () => close(null)),
      button(yes, () => close(true), "main"),
    ),
  ]);
}
