/** The colours that somebody without an account chose: kept in a cookie, so that the server writes them into the next page. */
import type { Part } from "./page.ts";

const COOKIE = "equoria_theme";
const YEAR_S = 365 * 24 * 60 * 60;

/** Unhides the choice where the server offers one, and follows it. */
export const toggleTheme: Part = (within) => {
  const choice = within.querySelector<HTMLSelectElement>("select[data-theme-choice]");
  const label = choice?.closest("label");
  if (!choice || !label) {
    return;
  }
  label.hidden = false;
  choice.value = document.documentElement.dataset["theme"] ?? "";
  choice.addEventListener("change", () => keep(choice.value));
};

/** Keeps a theme; the empty one is the system's, for which nothing is kept. */
function keep(theme: string): void {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  const age = theme ? YEAR_S : 0;
  document.cookie = `${COOKIE}=${theme}; Path=/; Max-Age=${age}; SameSite=Lax${secure}`;
  if (theme) {
    document.documentElement.dataset["theme"] = theme;
  } else {
    delete document.documentElement.dataset["theme"];
  }
}
