// Ties the parts together: addresses, keys, buttons.
const narrow = matchMedia("(max-width: 46rem)");

/** Choose a query without moving the page, and put it into the address. */
function select(query) {
  history.replaceState(null, "", `#article=${encodeURIComponent(keys[query])}`);
  choose(query);
}

/** Follow an address such as #article=2024/sora. */
function follow({ scrolls = true } = {}) {
  const match = /^#article=(.*)$/.exec(location.hash);
  if (!match) return false;
  let key = match[1];
  try {
    key = decodeURIComponent(key);
  } catch {
    return false; // a broken escape: nobody's id
  }
  const query = queryOfKey.get(key);
  if (query == null) return false;
  choose(query);
  byId("browser").classList.add("is-open");
  if (scrolls) show(narrow.matches ? byId("browser") : byId("articles"), { isFar: !narrow.matches });
  if (narrow.matches) byId("detail").focus({ preventScroll: true });
  return true;
}

/** Scroll to a part, but not where it is already in view. */
function show(element, { isFar = false } = {}) {
  const { top, bottom } = element.getBoundingClientRect();
  if (isFar && top < innerHeight / 2 && bottom > innerHeight / 2) return;
  element.scrollIntoView({ block: "start" });
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const isTyping = event.target.closest("input[type=search], select, textarea");
  const isInList = Boolean(event.target.closest("#list"));
  const isInBrowser = Boolean(event.target.closest("#articles")) || event.target === document.body;
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key] ?? 0;
  if (isTyping) {
    if (event.key === "Escape") clearSearch();
    else if (event.target.id === "search" && event.key === "ArrowDown") byId("list").querySelector("a")?.focus();
    else return;
  } else if (event.key === "/") byId("search").focus();
  else if (event.key === "j" && isInBrowser) step(1);
  else if (event.key === "k" && isInBrowser) step(-1);
  else if (by && isInList) step(by);
  else return;
  event.preventDefault();
}

function clearSearch() {
  byId("search").value = "";
  refresh();
}

function listen() {
  byId("search").addEventListener("input", refresh);
  byId("order").addEventListener("change", refresh);
  byId("more").addEventListener("click", showMore);
  byId("with-excerpts").addEventListener("change", showDetail);
  byId("back").addEventListener("click", () => {
    byId("browser").classList.remove("is-open");
    rowOf(browser.chosen)?.focus();
  });
  for (const button of document.querySelectorAll("button[data-order]")) {
    button.hidden = false;
    button.addEventListener("click", () => showOrder(button.dataset.order));
  }
  addEventListener("hashchange", () => follow());
  addEventListener("keydown", onKey);
}

/** Take an order and show its first article. */
function showOrder(order) {
  byId("order").value = order;
  clearSearch();
  if (browser.ordered.length) choose(browser.ordered[0]);
  byId("articles").scrollIntoView({ block: "start" });
  byId("order").focus({ preventScroll: true });
}

if (nQueries) {
  byId("browser").hidden = false;
  fillOrders();
  fillShown();
  refresh();
  listen();
  listenToMap();
  if (!follow()) choose(browser.ordered[0]);
}
