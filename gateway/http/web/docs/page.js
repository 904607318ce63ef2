// Lays /openapi.json out for people. Everything is set as text, so nothing in the document can be markup.

const VERBS = ["get", "post", "put", "patch", "delete"];
const TOKEN = "$TOKEN";
const main = document.querySelector("main");
let api;

function make(tag, options = {}, ...children) {
  const { text, ...rest } = options;
  const element = Object.assign(document.createElement(tag), rest);
  if (text !== undefined) element.textContent = text;
  element.append(...children.filter((child) => child));
  return element;
}

// `code` within a line of text.
function inline(text) {
  return text.split("`").map((part, index) => (index % 2 ? make("code", { text: part }) : part));
}

// Paragraphs and lists, as comments of the protos have them.
function prose(text) {
  const block = document.createDocumentFragment();
  for (const paragraph of (text ?? "").split("\n\n")) {
    let list = null;
    for (const line of paragraph.split("\n").filter((one) => one.trim())) {
      if (line.startsWith("- ")) {
        if (!list) block.append((list = make("ul")));
        list.append(make("li", {}, ...inline(line.slice(2))));
      } else {
        list = null;
        block.append(make("p", {}, ...inline(line)));
      }
    }
  }
  return block;
}

function resolved(node) {
  if (!node?.$ref) return node ?? {};
  const found = node.$ref.slice(2).split("/").reduce((tree, key) => tree[key], api);
  const { $ref, ...beside } = node;
  return { ...found, ...beside };
}

function typeOf(schema) {
  const one = resolved(schema);
  if (one.type === "array") return `list of ${typeOf(one.items)}`;
  if (schema?.$ref) return schema.$ref.split("/").pop();
  if (one.const !== undefined) return JSON.stringify(one.const);
  return one.format ? `${one.type}, ${one.format}` : (one.type ?? "bytes");
}

function boundsOf(schema) {
  const one = resolved(schema);
  const said = {
    minimum: "from", maximum: "to", minLength: "at least", maxLength: "at most", minItems: "at least", maxItems: "at most",
  };
  const units = { L: " characters", I: " items", i: "", a: "" };
  const words = Object.entries(said)
    .filter(([key]) => one[key] !== undefined && Math.abs(one[key]) < 2 ** 31 - 1)
    .map(([key, word]) => `${word} ${one[key]}${units[key[3]]}`);
  if (one.pattern) words.push(`pattern ${one.pattern}`);
  if (one.enum && !schema.$ref) words.push(`one of ${one.enum.join(", ")}`);
  return words.join("; ");
}

// What must be opened to be made, so that the page is there at once.
function fold(summary, fill, className = "") {
  const details = make("details", { className }, summary);
  details.addEventListener("toggle", () => {
    if (details.open && details.childElementCount === 1) details.append(make("div", {}, fill()));
  });
  return details;
}

function entry(name, schema, { required, description, place }) {
  const about = [place, typeOf(schema), required && "required", boundsOf(schema)].filter(Boolean).join(" · ");
  const term = make("dt", {}, make("code", { text: name }), make("span", { className: "quiet", text: ` ${about}` }));
  const value = make("dd", {}, prose(description ?? schema.description));
  const inner = resolved(schema).type === "array" ? resolved(schema).items : schema;
  if (inner?.$ref) {
    const label = make("summary", { text: typeOf(inner) });
    value.append(fold(label, () => make("div", { className: "nested" }, describe(inner))));
  }
  return [term, value];
}

function describe(schema) {
  const one = resolved(schema);
  const block = make("div", {}, prose(one.description));
  const names = Object.keys(one.properties ?? {});
  if (names.length) {
    const rows = names.flatMap((name) =>
      entry(name, one.properties[name], { required: schema && one.required?.includes(name) }),
    );
    block.append(make("dl", {}, ...rows));
  }
  if (one.examples?.length) {
    block.append(make("pre", { tabIndex: 0 }, make("code", { text: JSON.stringify(one.examples[0], null, 2) })));
  }
  return block;
}

function quoted(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function curlOf(verb, path, operation) {
  const values = operation.parameters.map(resolved).filter((one) => one.required && one.example !== undefined);
  let address = path;
  const query = [];
  for (const { name, in: place, example } of values) {
    for (const value of [example].flat()) {
      if (place === "path") address = address.replace(`{${name}}`, encodeURIComponent(value));
      else query.push(`${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
    }
  }
  const parts = ["curl"];
  if (verb !== "get") parts.push(`--request ${verb.toUpperCase()}`);
  parts.push(quoted(location.origin + address + (query.length ? `?${query.join("&")}` : "")));
  if (!operation.security.some((one) => !Object.keys(one).length)) parts.push(`--header "Authorization: Bearer ${TOKEN}"`);
  const [kind, body] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  if (kind === "application/json") {
    const example = resolved(body.schema).examples?.[0] ?? {};
    parts.push("--header 'Content-Type: application/json'", `--data ${quoted(JSON.stringify(example))}`);
  } else if (kind) {
    parts.push(`--header 'Content-Type: ${kind}'`, "--data-binary @file");
  }
  return parts.join(" \\\n  ");
}

function copied(text) {
  const button = make("button", { type: "button", text: "Copy" });
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Select the line and copy it";
    }
  });
  return button;
}

function accessOf(operation) {
  if (operation.security.some((one) => !Object.keys(one).length)) return "Open to everybody; a token that is sent must be good.";
  return "Needs a token.";
}

function answersOf(operation) {
  const rows = Object.entries(operation.responses).flatMap(([status, answer]) => {
    const one = resolved(answer);
    const kinds = Object.keys(one.content ?? {});
    const term = make("dt", {}, make("code", { text: status }), make("span", { className: "quiet", text: ` ${kinds.join(", ")}` }));
    const value = make("dd", {}, prose(one.description));
    const schema = one.content?.[kinds[0]]?.schema;
    const shown = schema?.contentSchema ?? schema;
    if (shown?.$ref) {
      value.append(fold(make("summary", { text: typeOf(shown) }), () => make("div", { className: "nested" }, describe(shown))));
    }
    return [term, value];
  });
  return make("dl", {}, ...rows);
}

function contentOf(verb, path, operation) {
  const block = document.createDocumentFragment();
  const curl = curlOf(verb, path, operation);
  block.append(prose(operation.description), make("p", { text: accessOf(operation) }));
  block.append(make("h4", { text: "By curl" }), make("pre", { tabIndex: 0 }, make("code", { text: curl })), copied(curl));
  if (operation.parameters.length) {
    const rows = operation.parameters.map(resolved).flatMap((one) => entry(one.name, one.schema, { ...one, place: one.in }));
    block.append(make("h4", { text: "Parameters" }), make("dl", {}, ...rows));
  }
  for (const [kind, { schema }] of Object.entries(operation.requestBody?.content ?? {})) {
    block.append(make("h4", { text: `Body: ${kind}` }), schema.$ref ? describe(schema) : make("p", { text: "The file itself." }));
  }
  block.append(make("h4", { text: "Answers" }), answersOf(operation));
  return block;
}

function operationOf(verb, path, operation) {
  const heading = make("h3", {},
    make("span", { className: "verb", text: verb.toUpperCase() }),
    make("span", { className: "path", text: path }),
  );
  const summary = make("summary", {}, heading, make("span", { className: "summary" }, ...inline(operation.summary)));
  const details = fold(summary, () => contentOf(verb, path, operation), "operation");
  details.id = operation.operationId;
  const reasons = Object.values(operation.responses).flatMap((one) => one["x-reasons"] ?? []);
  const words = [verb, path, operation.operationId, operation.description, ...reasons];
  details.dataset.words = words.join(" ").toLowerCase();
  return details;
}

function show() {
  const all = Object.entries(api.paths).flatMap(([path, item]) =>
    VERBS.filter((verb) => item[verb]).map((verb) => ({ verb, path, operation: item[verb] })),
  );
  for (const { name, description } of api.tags) {
    const own = all.filter(({ operation }) => operation.tags.includes(name));
    const section = make("section", {}, make("h2", { text: name, id: name }), prose(description));
    section.append(...own.map(({ verb, path, operation }) => operationOf(verb, path, operation)));
    main.append(section);
  }
}

function search(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const section of main.querySelectorAll("section")) {
    let some = false;
    for (const one of section.querySelectorAll(".operation")) {
      one.hidden = !words.every((word) => one.dataset.words.includes(word));
      some ||= !one.hidden;
      count += one.hidden ? 0 : 1;
    }
    section.hidden = !some;
  }
  document.querySelector("#count").textContent = `${count} operation${count === 1 ? "" : "s"}`;
}

function openNamed() {
  const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (named instanceof HTMLDetailsElement) {
    named.open = true;
    named.scrollIntoView();
  }
}

try {
  const answer = await fetch("../openapi.json");
  if (!answer.ok) throw new Error(`openapi.json answered ${answer.status}.`);
  api = await answer.json();
  document.querySelector("#version").textContent = api.info.version;
  document.querySelector("#about").append(prose(api.info.description));
  show();
  const field = document.querySelector("#search");
  field.addEventListener("input", () => search(field.value));
  search(field.value);
  window.addEventListener("hashchange", openNamed);
  openNamed();
} catch (error) {
  main.append(make("p", { role: "alert", text: `The document could not be read: ${error.message}` }));
}
