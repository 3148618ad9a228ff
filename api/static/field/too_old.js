/* Says in words that a browser is too old, where the app itself could not even start. Classic script, old syntax:
   what it looks for came with the oldest browsers the page names (Chrome 93, Firefox 98, Safari 15.4). */
(function () {
  var isFit = "noModule" in document.createElement("script") &&
    typeof Object.hasOwn === "function" && typeof window.indexedDB === "object" && typeof window.HTMLDialogElement === "function";
  if (isFit) return;
  function say() {
    var told = document.getElementById("too-old");
    var starting = document.getElementById("starting");
    if (told) told.removeAttribute("hidden");
    if (starting && starting.parentNode) starting.parentNode.removeChild(starting);
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", say);
  else say();
})();
