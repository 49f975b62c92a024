/**
 * Puts a document into markup that the server wrote: the attributes of an element say which of the document's values stands
 * in it, and how. `data-text` takes a text, `data-percent` a part of one, `data-decimal` a number, `data-meter` the value of a
 * bar; an element with `data-each` stands once for each of a list, one with `data-if` where a value is neither nothing nor 0.
 */

const decimals = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 2 });

/** A number with up to two decimals, rounded as the server rounds. */
export function decimal(value: number): string {
  const hundredths = Math.sign(value) * Math.round(Math.abs(value) * 100);
  return decimals.format(hundredths / 100).replace("-", "\u2212");
}

/** A part of one in hundredths: `6.25 %`. */
export function percent(part: number): string {
  return `${decimal(part * 100)}\u00a0%`;
}

const WAYS: [string, (element: Element, value: unknown) => void][] = [
  ["data-text", (element, value) => (element.textContent = String(value ?? ""))],
  ["data-percent", (element, value) => (element.textContent = percent(Number(value)))],
  ["data-decimal", (element, value) => (element.textContent = decimal(Number(value)))],
  [
    "data-meter",
    (element, value) => {
      element.setAttribute("value", String(value));
      element.textContent = percent(Number(value));
    },
  ],
];

export function fill(within: ParentNode, told: unknown): void {
  for (const one of within.querySelectorAll("[data-if]")) {
    if (!at(told, one.getAttribute("data-if"))) {
      one.remove();
    }
  }
  for (const pattern of within.querySelectorAll("[data-each]")) {
    const list = at(told, pattern.getAttribute("data-each"));
    for (const item of Array.isArray(list) ? list : []) {
      const row = pattern.cloneNode(true) as Element;
      fillValues(row, item);
      pattern.before(row);
    }
    pattern.remove();
  }
  fillValues(within, told);
}

function fillValues(within: ParentNode, told: unknown): void {
  for (const [attribute, put] of WAYS) {
    for (const element of within.querySelectorAll(`[${attribute}]`)) {
      const list = element.closest("[data-each]");
      if (!list || list === within) {
        put(element, at(told, element.getAttribute(attribute)));
      }
    }
  }
}

/** The value at a place: `stats.speed.mean`. */
function at(told: unknown, place: string | null): unknown {
  let value = told;
  for (const name of place?.split(".") ?? []) {
    value = (value as Record<string, unknown> | null | undefined)?.[name];
  }
  return value;
}
