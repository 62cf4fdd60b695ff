"use strict";
// The language, and what a click does; without this the page is still whole.
const root = document.documentElement;
const english = document.getElementById("en");
const chinese = document.getElementById("zh");
if (!root.hasAttribute("data-is-chosen")) {
    const isChinese = (navigator.language || "").toLowerCase().startsWith("zh");
    english.checked = !isChinese;
    chinese.checked = isChinese;
}
function follow() {
    root.lang = chinese.checked ? "zh-Hans" : "en";
}
for (const choice of [english, chinese]) choice.addEventListener("change", follow);
follow();
for (const tools of document.querySelectorAll(".tools")) tools.hidden = false;
for (const button of document.querySelectorAll("button[data-open]")) {
    button.addEventListener("click", () => {
        for (const one of document.querySelectorAll(".kind details")) one.open = button.dataset.open === "1";
    });
}
