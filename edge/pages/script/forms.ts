/**
 * Forms that do something: sent once however often the button is pressed. A refusal is shown where the form stands, with
 * what was typed still in it; an answer is shown in the place of the page. A form with a password goes the plain way, which
 * is the one that browsers keep passwords for.
 */
import { read, replace, show, type Part } from "./page.ts";

export const send: Part = (within) => {
  for (const form of within.querySelectorAll<HTMLFormElement>('form[method="post"]')) {
    form.addEventListener("submit", (event) => submit(event, form));
  }
};

/** Forms that are on their way. */
const sent = new WeakSet<HTMLFormElement>();

function submit(event: SubmitEvent, form: HTMLFormElement): void {
  if (sent.has(form)) {
    event.preventDefault();
    return;
  }
  const isPlain = form.querySelector('input[type="password"]') !== null;
  const given = new URLSearchParams();
  for (const [name, value] of new FormData(form, event.submitter)) {
    given.append(name, String(value));
  }
  busy(form, true);
  if (isPlain) {
    // Whoever comes back to the page finds it as if it had never been sent.
    addEventListener("pageshow", () => busy(form, false), { once: true });
    return;
  }
  event.preventDefault();
  void exchange(form, given);
}

async function exchange(form: HTMLFormElement, given: URLSearchParams): Promise<void> {
  try {
    const answer = await fetch(form.action, { method: "POST", body: given });
    const page = await read(answer);
    if (answer.redirected) {
      show(page, answer.url);
    } else if (!refuse(form, page)) {
      replace(page);
    }
  } catch {
    // The plain way shows what is wrong, and its key keeps it from happening twice.
    form.submit();
    return;
  }
  busy(form, false);
}

function busy(form: HTMLFormElement, isBusy: boolean): void {
  if (isBusy) {
    sent.add(form);
  } else {
    sent.delete(form);
  }
  form.ariaBusy = isBusy ? "true" : null;
  // `disabled` would take the focus away from the button, and its value out of what is sent.
  for (const button of form.querySelectorAll("button")) {
    button.ariaDisabled = isBusy ? "true" : null;
  }
}

/** Shows in a form why it was refused; whether the page that came back has the same form. */
function refuse(form: HTMLFormElement, page: Document): boolean {
  const path = new URL(form.action).pathname;
  const again = [...page.querySelectorAll("form")].find((it) => it.getAttribute("action") === path);
  const why = again?.querySelector('[role="alert"]');
  if (!again || !why) {
    return false;
  }
  form.querySelector('[role="alert"]')?.remove();
  form.prepend(why);
  for (const name of ["key", "version"]) {
    const [here, there] = [hidden(form, name), hidden(again, name)];
    if (here && there) {
      here.value = there.value;
    }
  }
  blame(form, again, why.id);
  const wrong = form.querySelector<HTMLElement>('[aria-invalid="true"]') ?? form.querySelector<HTMLElement>('[role="alert"]');
  wrong?.focus();
  return true;
}

/** Marks the fields that are to blame, as the page that came back has them. */
function blame(form: HTMLFormElement, again: HTMLFormElement, why: string): void {
  const wrong = [...again.querySelectorAll<HTMLInputElement>('[aria-invalid="true"]')].map((it) => it.name);
  for (const field of form.querySelectorAll<HTMLInputElement>("input, select, textarea")) {
    const isWrong = wrong.includes(field.name);
    field.ariaInvalid = isWrong ? "true" : null;
    if (isWrong) {
      field.setAttribute("aria-describedby", why);
    } else {
      field.removeAttribute("aria-describedby");
    }
  }
}

function hidden(form: HTMLFormElement, name: string): HTMLInputElement | null {
  return form.querySelector(`input[type="hidden"][name="${name}"]`);
}
