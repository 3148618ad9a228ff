// Quick entry of lists: everybody agreed, a whole page chosen. Without it the same buttons ask the server.

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element && event.target.closest("[data-fill-votes]");
  const form = button instanceof HTMLButtonElement && button.form;
  if (!form) return;
  const present = form.elements["answer.present"];
  if (!present.value.trim()) {
    event.preventDefault();
    present.focus();
    present.reportValidity();
    return;
  }
  event.preventDefault();
  fill(form.querySelectorAll('[name$=".votes_for"]'), present.value.trim());
  fill(form.querySelectorAll('[name$=".votes_against"]'), "0");
});

/** @param {NodeListOf<HTMLInputElement>} inputs */
function fill(inputs, value) {
  for (const input of inputs) input.value = value;
}

document.addEventListener("change", (event) => {
  const all = event.target;
  if (!(all instanceof HTMLInputElement) || !all.dataset.checks) return;
  /** @type {NodeListOf<HTMLInputElement>} */
  const boxes = document.querySelectorAll(`input[name="${all.dataset.checks}"]`);
  for (const box of boxes) box.checked = all.checked;
});
