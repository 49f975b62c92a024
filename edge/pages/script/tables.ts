/** Tables whose rows are all on the page are sorted where they are. */
import type { Part } from "./page.ts";

const compare = new Intl.Collator(document.documentElement.lang, { numeric: true, sensitivity: "base" }).compare;

/** Makes a button of every head of such a table. */
export const sort: Part = (within) => {
  for (const table of within.querySelectorAll<HTMLTableElement>("table[data-whole]")) {
    for (const head of table.tHead?.querySelectorAll<HTMLTableCellElement>("th") ?? []) {
      if (!head.querySelector("a, button") && head.textContent) {
        makeButton(table, head);
      }
    }
  }
};

function makeButton(table: HTMLTableElement, head: HTMLTableCellElement): void {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "sort";
  button.append(...head.childNodes);
  head.append(button);
  button.addEventListener("click", () => {
    const isUp = head.ariaSort !== "ascending";
    for (const other of table.tHead?.querySelectorAll("th[aria-sort]") ?? []) {
      other.removeAttribute("aria-sort");
    }
    head.ariaSort = isUp ? "ascending" : "descending";
    for (const body of table.tBodies) {
      const rows = [...body.rows];
      rows.sort((one, other) => order(one, other, head.cellIndex) * (isUp ? 1 : -1));
      body.append(...rows);
    }
  });
}

/** Numbers by their size, instants by theirs, all else as the language sorts it; what is empty comes last. */
function order(one: HTMLTableRowElement, other: HTMLTableRowElement, column: number): number {
  const [left, right] = [value(one, column), value(other, column)];
  if (typeof left === "number" && typeof right === "number") {
    return left - right;
  }
  if (typeof left === "number" || typeof right === "number") {
    return typeof left === "number" ? -1 : 1;
  }
  return compare(left, right);
}

function value(row: HTMLTableRowElement, column: number): number | string {
  const cell = row.cells[column];
  const time = cell?.querySelector("time")?.dateTime;
  if (time) {
    return Date.parse(time);
  }
  const text = cell?.textContent?.trim() ?? "";
  return cell?.classList.contains("number") ? number(text) ?? text : text;
}

/** A number as the server writes it: `1,234.5`, with a minus of its own and a unit behind it. */
function number(text: string): number | undefined {
  const digits = /[+\-\u2212]?\d[\d,]*(\.\d+)?/.exec(text)?.[0];
  return digits === undefined ? undefined : Number(digits.replaceAll(",", "").replace("\u2212", "-"));
}
