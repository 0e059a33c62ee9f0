"use strict";

// Finds calls by any word of theirs; the page is complete without it.
const find = document.getElementById("find");
const articles = [...document.querySelectorAll("article")].map((article) => ({
  article,
  entry: document.querySelector(`nav li[data-call="${CSS.escape(article.dataset.call)}"]`),
  words: article.textContent.toLowerCase(),
}));

find.addEventListener("input", () => {
  const wanted = find.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const { article, entry, words } of articles) {
    const hidden = !wanted.every((word) => words.includes(word));
    article.hidden = hidden;
    entry.hidden = hidden;
  }
});
