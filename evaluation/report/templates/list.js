// The list of articles: searched, ordered, and put on the page a piece at a time.
const byId = (id) => document.getElementById(id);
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

const nQueries = queries.articles.length;
const haystacks = queries.articles.map((article) =>
  plain([articles.titles[article], articles.ids[article], ...topicsOf(article)].join(" ")),
);
const keys = uniqueKeys(queries.articles.map((article) => articles.ids[article]));
const queryOfKey = new Map(keys.map((key, query) => [key, query]));

const browser = { ordered: [], nShown: 0, chosen: null };

/** Ids; the second of two that look alike gets a number. */
function uniqueKeys(ids) {
  const seen = new Set();
  return ids.map((id, i) => {
    const key = seen.has(id) ? `${id}~${i}` : id;
    seen.add(key);
    return key;
  });
}

/** Orders by name: each gives a number for a query, the smallest comes first. */
function scoreOf(order, query) {
  const [kind, name] = order.split(":");
  const other = systems.find((system) => system.name === name);
  if (kind === "worst") return reference ? reference.values[query] : 0;
  if (kind === "best") return reference ? -reference.values[query] : 0;
  if (kind === "ahead" && other) return reference.values[query] - other.values[query];
  if (kind === "behind" && other) return other.values[query] - reference.values[query];
  return 0;
}

function byTitle(found) {
  const { compare } = new Intl.Collator("en-GB", { numeric: true });
  return found.sort((a, b) => compare(titleOf(queries.articles[a]), titleOf(queries.articles[b])) || a - b);
}

function ordered(order, words) {
  const wanted = plain(words).split(/\s+/).filter(Boolean);
  const found = [];
  for (let query = 0; query < nQueries; query += 1) {
    if (wanted.every((word) => haystacks[query].includes(word))) found.push(query);
  }
  const score = found.map((query) => scoreOf(order, query));
  const length = found.map(nRelevant);
  const place = found.map((_, i) => i);
  if (order === "title") return byTitle(found);
  place.sort((a, b) => score[a] - score[b] || length[b] - length[a] || a - b);
  return place.map((i) => found[i]);
}

/** Search and order again, and show the first piece. */
function refresh() {
  browser.ordered = ordered(byId("order").value, byId("search").value);
  browser.nShown = 0;
  byId("list").replaceChildren();
  showMore();
  const n = browser.ordered.length;
  byId("found").textContent = n
    ? `${n.toLocaleString("en-GB")} of ${nQueries.toLocaleString("en-GB")} articles`
    : "No article matches";
}

function showMore() {
  const piece = browser.ordered.slice(browser.nShown, browser.nShown + (narrow.matches ? 20 : 60));
  byId("list").append(...piece.map(row));
  browser.nShown += piece.length;
  byId("more").hidden = browser.nShown >= browser.ordered.length;
  mark();
}

function row(query) {
  const article = queries.articles[query];
  const figures = [];
  if (reference) {
    const bar = make("i", { class: "bar", "aria-hidden": "true" }, make("i"));
    bar.firstChild.style.width = `${100 * valueOf(reference, query)}%`;
    const found = `${nFound(reference, query)} of ${nRelevant(query)} found`;
    figures.push(bar, make("span", { class: "row-figures" }, `${decimals(valueOf(reference, query), 2)} · ${found}`));
  }
  const link = make(
    "a",
    { href: `#article=${encodeURIComponent(keys[query])}`, "data-query": query },
    make("span", { class: "row-title" }, titled(titleOf(article))),
    ...figures,
  );
  return make("li", {}, link);
}

/** Say which row is the chosen one; only this one is reached by Tab. */
function mark() {
  let focusable = null;
  for (const link of byId("list").querySelectorAll("a")) {
    const isChosen = Number(link.dataset.query) === browser.chosen;
    link.tabIndex = -1;
    if (isChosen) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
    if (isChosen || !focusable) focusable = link;
  }
  if (focusable) focusable.tabIndex = 0;
}

const rowOf = (query) => byId("list").querySelector(`a[data-query="${query}"]`);

/** Go some places down the list, or up. */
function step(by) {
  const { ordered: found } = browser;
  if (!found.length) return;
  const at = found.indexOf(browser.chosen);
  const next = at < 0 ? 0 : Math.min(found.length - 1, Math.max(0, at + by));
  while (next >= browser.nShown) showMore();
  history.replaceState(null, "", `#article=${encodeURIComponent(keys[found[next]])}`);
  choose(found[next]);
  const link = rowOf(found[next]);
  link.focus({ preventScroll: true });
  link.scrollIntoView({ block: "nearest" });
}

function fillOrders() {
  const options = [["worst", "Worst first"], ["best", "Best first"], ["title", "By title"]];
  for (const system of systems) {
    if (system !== reference && reference) {
      options.push([`ahead:${system.name}`, `Where ${system.label} is ahead`]);
      options.push([`behind:${system.name}`, `Where ${system.label} is behind`]);
    }
  }
  byId("order").append(...options.map(([value, text]) => make("option", { value }, text)));
}
