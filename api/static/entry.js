// Quick entry of lists: everybody agreed, a whole page chosen. Without it the same buttons ask the server.

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element && event.target.closest("[data-fill-votes]");
  if (!button) return;
  const form = button.form;
  const present = form.elements["answer.present"];
  if (!present.value.trim()) {
    event.preventDefault();
    present.focus();
    present.reportValidity();
    return;
  }
  event.preventDefault();
  for (const field of form.querySelectorAll('[name$=".votes_for"]')) field.value = present.value.trim();
  for (const field of form.querySelectorAll('[name$=".votes_against"]')) field.value = "0";
});

document.addEventListener("change", (event) => {
  const all = event.target;
  if (!(all instanceof HTMLInputElement) || !all.dataset.checks) return;
  for (const box of document.querySelectorAll(`input[name="${all.dataset.checks}"]`)) box.checked = all.checked;
});
