/** Improves what is on a page, and shows another page in its place. */

/** Improves what lies in a part of the page that is new. */
export type Part = (within: ParentNode) => void;

const parts: Part[] = [];

export function whenImproved(part: Part): void {
  parts.push(part);
}

/** Improves what is new on the page. */
export function improve(within: ParentNode): void {
  for (const part of parts) {
    try {
      part(within);
    } catch (trouble) {
      console.error(trouble);
    }
  }
}

/** Reads a page that was fetched. */
export async function read(answer: Response): Promise<Document> {
  if (!answer.headers.get("content-type")?.startsWith("text/html")) {
    throw new TypeError(`${answer.url} is no page`);
  }
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

/** The path that is shown now, so that going back is told from going to a part of the same page. */
let shown = location.pathname + location.search;

/**
 * Shows a page that was fetched in the place of the one that is there, at the address that it came from. On the same path
 * whoever reads stays where they are; on another they begin at its top.
 */
export function show(page: Document, address: string): void {
  const url = new URL(address);
  const isSame = url.pathname === location.pathname;
  if (url.href !== location.href) {
    history.pushState(null, "", url);
  }
  shown = url.pathname + url.search;
  replace(page);
  if (!isSame) {
    scrollTo(0, 0);
  }
}

/** Puts the content of another page in the place of this one's, and leads whoever uses a keyboard or a reader there. */
export function replace(page: Document): void {
  document.title = page.title;
  copyAttributes(page.documentElement, document.documentElement);
  document.body.replaceChildren(...page.body.childNodes);
  improve(document.body);
  const begin = document.querySelector<HTMLElement>("[autofocus], .notice[role=status], main");
  if (begin) {
    if (begin.tabIndex < 0) {
      begin.tabIndex = -1;
    }
    begin.focus({ preventScroll: true });
  }
}

function copyAttributes(from: Element, to: Element): void {
  for (const { name } of [...to.attributes]) {
    to.removeAttribute(name);
  }
  for (const { name, value } of from.attributes) {
    to.setAttribute(name, value);
  }
}

/** Says that the page is at another address now, where the same document shows it. */
export function moved(to: URL): void {
  history.replaceState(null, "", to);
  shown = to.pathname + to.search;
}

addEventListener("popstate", () => {
  if (location.pathname + location.search !== shown) {
    location.reload();
  }
});
