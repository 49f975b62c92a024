/**
 * What a browser adds to the pages. Every page works without it; each part stands by itself, so that one that fails takes
 * nothing else along. No text is written here: what is said stands in the page, where the server wrote it.
 */
import { answerAtOnce } from "./answers.ts";
import { breed } from "./breeding.ts";
import { send } from "./forms.ts";
import { improve, whenImproved } from "./page.ts";
import { sort } from "./tables.ts";
import { toggleTheme } from "./theme.ts";
import { tellTimes } from "./times.ts";
import { verify } from "./verify.ts";

for (const part of [tellTimes, toggleTheme, sort, verify, breed, answerAtOnce, send]) {
  whenImproved(part);
}
improve(document);
