/**
 * Puts a document into markup that the server wrote: the attributes of an element say which of the document's values stands
 * in it, and how. `data-text` takes a text, `data-percent` a part of one, `data-decimal` a number, `data-meter` the value of a
 * bar; `data-horse` the id that a link leads to. An element with `data-each` stands once for each of a list, one with `data-if`
 * where a value is neither nothing nor 0, one with `data-unless` where it is.
 */

const decimals = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 2 });

/** So many hundredths, rounded as the server rounds them. */
function hundredths(number: number): string {
  const all = Math.sign(number) * Math.round(Math.abs(number));
  return decimals.format(all / 100).replace("-", "\u2212");
}

/** A number with up to two decimals. */
export function decimal(value: number): string {
  return hundredths(value * 100);
}

/** A part of one in hundredths: `6.25 %`. */
export function percent(part: number): string {
  return `${hundredths(part * 10_000)}\u00a0%`;
}

const WAYS: [string, (element: Element, value: unknown) => void][] = [
  ["data-text", (element, value) => (element.textContent = String(value ?? ""))],
  ["data-percent", (element, value) => (element.textContent = percent(Number(value)))],
  ["data-decimal", (element, value) => (element.textContent = decimal(Number(value)))],
  ["data-meter", (element, value) => element.setAttribute("value", String(value))],
  ["data-horse", (element, value) => element.setAttribute("href", `/horses/${value}`)],
];

export function fill(within: ParentNode, told: unknown): void {
  for (const one of within.querySelectorAll("[data-if], [data-unless]")) {
    const isThere = (name: string) => Boolean(at(told, one.getAttribute(name)));
    if (one.hasAttribute("data-if") ? !isThere("data-if") : isThere("data-unless")) {
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
