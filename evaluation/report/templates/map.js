// The map: the chosen article stands out, with its list; a click finds the nearest article.
const SVG = "http://www.w3.org/2000/svg";
const REACH = 40;
const site = data.map ?? { articles: [], x: [], y: [] };
const placeOf = new Map(site.articles.map((article, i) => [article, i]));
const queryOf = new Map(queries.articles.map((article, query) => [article, query]));

const spot = (article) => {
  const i = placeOf.get(article);
  return [site.x[i], site.y[i]];
};

function drawn(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/** Ring the article, and draw its list: found ones and missed ones apart. */
function showOnMap(article) {
  const layer = byId("map-chosen");
  if (!layer) return;
  layer.replaceChildren();
  byId("map-caption").replaceChildren(...caption(article));
  if (!placeOf.has(article)) return;
  const [x, y] = spot(article);
  const query = queryOf.get(article);
  const found = new Set(query == null || !reference ? [] : listOf(reference, query));
  for (const [entry, grade] of query == null ? [] : gradesOf(query)) {
    if (grade > 0 && placeOf.has(entry)) {
      const [x2, y2] = spot(entry);
      const look = found.has(entry) ? "hit" : "miss";
      layer.append(drawn("line", { x1: x, y1: y, x2, y2, class: `chosen-link ${look}` }));
      layer.append(drawn("circle", { cx: x2, cy: y2, r: 9, class: `chosen-entry ${look}` }));
    }
  }
  layer.append(drawn("circle", { cx: x, cy: y, r: 13, class: "chosen" }));
}

function caption(article) {
  const query = queryOf.get(article);
  const where = placeOf.has(article) ? "" : " (not on the map)";
  if (query == null) return [titled(titleOf(article)), " · without a list"];
  const link = make("a", { href: `#article=${encodeURIComponent(keys[query])}` }, titled(titleOf(article)));
  return ["Selected: ", link, where];
}

function nearest(x, y) {
  let best = null;
  let least = REACH ** 2;
  site.articles.forEach((article, i) => {
    const away = (site.x[i] - x) ** 2 + (site.y[i] - y) ** 2;
    if (away < least) [best, least] = [article, away];
  });
  return best;
}

function listenToMap() {
  const picture = document.querySelector("svg.map");
  if (!picture) return;
  picture.addEventListener("click", (event) => {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(picture.getScreenCTM().inverse());
    const article = nearest(point.x, point.y);
    if (article == null) return;
    const query = queryOf.get(article);
    if (query == null) showOnMap(article);
    else select(query);
  });
}
