// One article: what it is, the editors' list, and each system's list beside it.
const shown = new Set();

/** Show a query, everywhere on the page. */
function choose(query) {
  browser.chosen = query;
  mark();
  showDetail();
  showOnMap(queries.articles[query]);
}

function showDetail() {
  const query = browser.chosen;
  if (query == null) return;
  const columns = systems.filter((system) => shown.has(system.name));
  byId("detail").replaceChildren(
    ...head(query),
    make("div", { class: "lists" }, editorsList(query, columns), ...columns.map((s) => systemList(s, query))),
  );
}

function head(query) {
  const article = queries.articles[query];
  const about = [articles.dates[article], providerOf(article), topicsOf(article).join(", ")];
  const excerpt = articles.excerpts[article];
  return [
    make("p", { class: "about" }, titled(about.filter(Boolean).join(" · "))),
    make("h3", {}, linked(article, titleOf(article))),
    excerpt ? make("p", { class: "excerpt" }, titled(excerpt)) : "",
    make("p", { class: "id" }, titled(articles.ids[article]), onMap(article)),
  ].filter(Boolean);
}

/** A way to the map, where the article is on it. */
const onMap = (article) =>
  placeOf.has(article) ? make("a", { href: "#map", class: "to-map" }, "on the map") : null;

function editorsList(query, columns) {
  const grades = [...gradesOf(query)].filter(([, grade]) => grade > 0);
  const lists = columns.map((system) => [system, listOf(system, query)]);
  const items = grades.map(([article, grade]) => {
    const places = lists
      .filter(([, list]) => list.includes(article))
      .map(([system, list]) => `${system.label} ${list.indexOf(article) + 1}`);
    const text = places.length ? places.join(" · ") : "not found";
    const level = data.queries.grades && grade !== 1 ? `grade ${grade} · ` : "";
    return item(article, { isHit: places.length > 0, isMissed: columns.length > 0 && !places.length, note: level + text });
  });
  return column("The editors’ list", `${grades.length} listed`, items, "editors");
}

function systemList(system, query) {
  const grades = gradesOf(query);
  const found = listOf(system, query);
  const items = found.map((article) => {
    const grade = grades.get(article);
    return item(article, { isHit: grade > 0, note: grade === 0 ? "judged as not related" : "" });
  });
  const hits = found.filter((article) => grades.get(article) > 0).length;
  const figures = `${data.measure} ${decimals(valueOf(system, query))} · ${hits} of ${nRelevant(query)} found`;
  const name = system.label + (system.isInSample ? " (in-sample)" : "");
  if (!items.length) items.push(make("li", { class: "none" }, "no suggestion"));
  return column(name, figures, items, system === reference ? "reference" : "");
}

function column(name, figures, items, look) {
  return make(
    "section",
    { class: `column ${look}`, "aria-label": name },
    make("h4", {}, name),
    make("p", { class: "column-figures" }, figures),
    make("ol", {}, ...items),
  );
}

function item(article, { isHit = false, isMissed = false, note = "" }) {
  const meta = [articles.dates[article], isLinked.has(article) ? "linked article" : ""].filter(Boolean);
  const excerpt = byId("with-excerpts").checked ? articles.excerpts[article] : "";
  return make(
    "li",
    { class: isHit ? "hit" : isMissed ? "miss" : null },
    isHit ? make("span", { class: "tick-mark", role: "img", "aria-label": "hit" }, "✓") : null,
    linked(article, titleOf(article)),
    meta.length ? make("span", { class: "item-meta" }, meta.join(" · ")) : null,
    note ? make("span", { class: "item-note" }, note) : null,
    excerpt ? make("span", { class: "item-excerpt" }, titled(excerpt)) : null,
  );
}

/** One box a system; the reference and the best of the others are shown at first. */
function fillShown() {
  byId("choose").open = !narrow.matches;
  const fair = systems.filter((system) => !system.isInSample && system !== reference);
  for (const system of [reference, fair[0]]) if (system) shown.add(system.name);
  for (const system of systems) {
    const box = make("input", { type: "checkbox", value: system.name });
    box.checked = shown.has(system.name);
    box.addEventListener("change", () => {
      if (box.checked) shown.add(system.name);
      else shown.delete(system.name);
      showDetail();
    });
    byId("shown").append(make("label", { class: "check" }, box, ` ${system.label}`));
  }
}
