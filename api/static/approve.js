// The page of approvals: choosing a new act opens its fields, and the button says what it will do.
// Without it the same form is sent; what was typed is kept all the same.

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-approval]"));
const button = /** @type {HTMLButtonElement | null} */ (form?.querySelector("button[data-verb]"));
if (form && button) {
  const acts = /** @type {HTMLSelectElement} */ (form.elements.namedItem("official_act"));
  const typed = /** @type {HTMLInputElement} */ (form.elements.namedItem("act_name"));
  const fold = /** @type {HTMLDetailsElement} */ (form.querySelector("details[data-new-act]"));
  const unsaid = button.textContent ?? "";
  const say = () => { button.textContent = sentence(form, button, named(acts, typed)) || unsaid; };

  acts.addEventListener("change", () => {
    if (acts.value !== "new") return;
    fold.open = true;
    typed.focus();
  });
  fold.addEventListener("input", () => {
    if (!acts.value) acts.value = "new";
  });
  form.addEventListener("input", say);
  form.addEventListener("change", say);
  say();
}

/**
 * The number of the act that is chosen or typed; empty while there is none.
 * @param {HTMLSelectElement} acts
 * @param {HTMLInputElement} typed
 */
function named(acts, typed) {
  if (acts.value === "new") return typed.value.trim();
  return /^\d+$/.test(acts.value) ? acts.selectedOptions[0].text.split(" · ")[0] : "";
}

/**
 * "Phê duyệt 6 hộ, 360 triệu đồng, theo 407/QĐ-UBND"; empty while no household is chosen.
 * @param {HTMLFormElement} form
 * @param {HTMLButtonElement} button
 * @param {string} act
 */
function sentence(form, button, act) {
  /** @type {NodeListOf<HTMLInputElement>} */
  const chosen = form.querySelectorAll('input[name="household"]:checked');
  if (!chosen.length) return "";
  const { verb, households, millions, by } = button.dataset;
  const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 6 });
  const parts = [`${verb} ${number.format(chosen.length)} ${households}`];
  if (chosen[0].dataset.amount !== undefined) {
    let amount_vnd = 0;
    for (const box of chosen) amount_vnd += Number(box.dataset.amount);
    parts.push(`${number.format(amount_vnd / 1_000_000)} ${millions}`);
  }
  if (act) parts.push(`${by} ${act}`);
  return parts.join(", ");
}
