// What scripts find in the browser beside what the browser itself brings.

declare const L: any;
declare var idb: typeof import("idb");

interface Window {
  /** What the scripts of a map hand to each other. */
  nhavung: any;
}

interface Navigator {
  /** Chromium alone tells it. */
  userAgentData?: { platform: string };
}
