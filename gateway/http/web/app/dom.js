// Makes elements. What is not an element becomes text, so nothing that a person wrote is ever markup.

const SVG = "http://www.w3.org/2000/svg";

/** Return an element; `props` are attributes, but for `on`, which maps events to listeners. */
export function el(tag, props = {}, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** Return an element of SVG. */
export function svg(tag, props = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

/** Put children in the place of those that there are. */
export function replace(parent, ...children) {
  parent.replaceChildren(...children.flat(Infinity).filter(isShown));
}

function fill(node, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter(isShown));
  return node;
}

function isShown(child) {
  return child !== undefined && child !== null && child !== false && child !== "";
}
