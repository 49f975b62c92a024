/**
 * Forms that ask: choosing answers at once, in the part of the page that the form names, without a button. The address
 * follows, so that it can be kept and sent on.
 */
import { improve, moved, read, type Part } from "./page.ts";

/** So long nothing is asked after a choice, in milliseconds: whoever moves through a list with the arrows asks once. */
const PAUSE_MS = 120;

export const answerAtOnce: Part = (within) => {
  for (const form of within.querySelectorAll<HTMLFormElement>("form[data-answers]")) {
    const place = document.getElementById(form.dataset["answers"] ?? "");
    if (!place) {
      continue;
    }
    const asking = new Asking(form, place);
    form.addEventListener("change", () => asking.soon());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void asking.now();
    });
  }
};

/** A form, and where its answer stands. */
class Asking {
  private readonly form: HTMLFormElement;
  private readonly place: HTMLElement;
  private pause: number | undefined;
  private last: AbortController | undefined;

  constructor(form: HTMLFormElement, place: HTMLElement) {
    this.form = form;
    this.place = place;
  }

  soon(): void {
    clearTimeout(this.pause);
    this.pause = setTimeout(() => void this.now(), PAUSE_MS);
  }

  async now(): Promise<void> {
    clearTimeout(this.pause);
    this.last?.abort();
    const own = new AbortController();
    this.last = own;
    const url = asked(this.form);
    this.place.ariaBusy = "true";
    try {
      const answer = await fetch(url, { signal: own.signal });
      const page = await read(answer);
      const place = page.getElementById(this.place.id);
      if (!place) {
        // Another page than was asked for, such as the way to sign in.
        location.assign(answer.url);
        return;
      }
      update(this.place, place);
      this.place.dataset["answered"] = url.search;
      moved(url);
      this.place.ariaBusy = null;
    } catch (trouble) {
      if (!own.signal.aborted) {
        location.assign(url);
      }
    }
  }
}

/** The address that the form asks. */
export function asked(form: HTMLFormElement): URL {
  const url = new URL(form.action);
  url.search = new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)])).toString();
  return url;
}

/** Does the server's answer stand there already? */
export function isAnswered(place: HTMLElement, url: URL): boolean {
  return place.dataset["answered"] === url.search;
}

/**
 * Puts an answer in its place. Of a part that was reckoned here already the text alone counts: where it is the same, the part
 * stays as it is, so that nothing is read out twice.
 */
function update(place: HTMLElement, fresh: HTMLElement): void {
  const reckoned = place.querySelector<HTMLElement>("[data-reckoned]");
  const same = fresh.querySelector<HTMLElement>("[data-reckoned]");
  if (!reckoned || !same || reckoned.textContent !== same.textContent) {
    place.replaceChildren(...fresh.childNodes);
    improve(place);
    return;
  }
  for (const old of [...place.children].filter((it) => it !== reckoned)) {
    old.remove();
  }
  let isBefore = true;
  for (const part of [...fresh.children]) {
    if (part === same) {
      isBefore = false;
      continue;
    }
    if (isBefore) {
      reckoned.before(part);
    } else {
      place.append(part);
    }
    improve(part);
  }
}
