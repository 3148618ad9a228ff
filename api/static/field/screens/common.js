/** What the screens before and behind the PIN have in common. */

import { beside, h } from "../ui/dom.js";
import { language, setLanguage } from "../ui/words.js";

/** The two languages as buttons. */
export function languages() {
  const choose = (code) => {
    setLanguage(code);
    location.reload();
  };
  const one = (code, text) =>
    h(
      "button",
      {
        type: "button",
        class: "btn",
        lang: code,
        "aria-pressed": String(language() === code),
        onclick: () => choose(code),
      },
      text,
    );
  return beside(one("vi", "Tiếng Việt"), one("en", "English"));
}

/** A field for six digits that shows no digits. */
export function pinInput(autocomplete = "off") {
  return h("input", {
    type: "password",
    inputmode: "numeric",
    maxlength: "6",
    pattern: "[0-9]*",
    class: "pin",
    autocomplete,
  });
}
