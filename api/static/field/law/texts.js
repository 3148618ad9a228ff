// Sentences with their details put in.

/** Text with its {names} filled in; a detail that is absent shows as "?". */
export function fill(text, details) {
  return text.replace(/\{(\w+)\}/g, (_, name) => String(details[name] ?? "?"));
}
