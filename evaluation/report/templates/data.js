// The report's data, read back: lists are unpacked only when somebody looks at them.
const data = JSON.parse(document.getElementById("data").textContent);
const { articles, queries, systems } = data;
const digitOf = new Map([...data.digits].map((digit, value) => [digit, value]));
const reference = systems.find((system) => system.name === data.reference) ?? systems[0] ?? null;

const titleOf = (article) => articles.titles[article] || articles.ids[article] || "(no title)";
const providerOf = (article) => articles.providerNames[articles.providers[article]];
const topicsOf = (article) => articles.topics[article].map((topic) => articles.topicNames[topic]);
const valueOf = (system, query) => system.values[query] / 1000;
const isLinked = new Set(articles.linked);

/** The articles that a system suggests for a query, best first. */
function listOf(system, query) {
  const size = data.width * data.places;
  const found = [];
  for (let i = query * size; i < (query + 1) * size; i += data.width) {
    const cell = system.lists.slice(i, i + data.width);
    if (!digitOf.has(cell[0])) break;
    found.push([...cell].reduce((number, digit) => number * data.digits.length + digitOf.get(digit), 0));
  }
  return found;
}

/** Article to grade, in the editors' order; a grade of 0 was judged as not related. */
function gradesOf(query) {
  const grades = data.queries.grades;
  return new Map(queries.truth[query].map((article, i) => [article, grades ? grades[query][i] : 1]));
}

/** How many of an article's list stand among a system's suggestions. */
function nFound(system, query) {
  const grades = gradesOf(query);
  return listOf(system, query).filter((article) => grades.get(article) > 0).length;
}

const nRelevant = (query) => [...gradesOf(query).values()].filter((grade) => grade > 0).length;

/** An element; whatever strangers wrote goes in as text only. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null && child !== ""));
  return element;
}

/** A title in its own direction of writing. */
const titled = (text) => make("bdi", { dir: "auto" }, text);

/** A link where the address is one of the web, else the text alone. */
function linked(article, text) {
  const url = articles.urls[article];
  if (!/^https?:\/\//i.test(url)) return titled(text);
  return make("a", { href: url, rel: "noopener noreferrer", target: "_blank" }, titled(text));
}

const decimals = (value, digits = 3) => value.toFixed(digits);
