/** Instants in the reader's zone and language, and how far away they are. */
import type { Part } from "./page.ts";

const MINUTE_MS = 60_000;

/** Lengths in minutes, longest first. */
const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 24 * 60],
  ["hour", 60],
  ["minute", 1],
];

const near = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
const whole = new Intl.DateTimeFormat(undefined, {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  timeZoneName: "short",
});

/** Tells every instant of the page; what the server wrote, in UTC, stays as its title. */
export const tellTimes: Part = (within) => {
  for (const time of within.querySelectorAll<HTMLTimeElement>("time[datetime]")) {
    const at = Date.parse(time.dateTime);
    if (!Number.isNaN(at) && !time.title) {
      tell(time, at);
    }
  }
};

function tell(time: HTMLTimeElement, at: number): void {
  const utc = time.textContent ?? "";
  const local = whole.format(at);
  const isRelative = time.dataset["relative"] !== undefined;
  time.title = isRelative && local !== utc ? `${local} (${utc})` : utc;
  time.textContent = isRelative ? distance(time, at) : local;
}

/** How far away it is: `in 2 hours`. The server's `data-relative` names the time that the game has, where it is not ours. */
function distance(time: HTMLTimeElement, at: number): string {
  const told = Date.parse(time.dataset["relative"] ?? "");
  const now = Number.isNaN(told) ? Date.now() : told + performance.now();
  const minutes = Math.round((at - now) / MINUTE_MS);
  for (const [unit, length] of UNITS) {
    if (Math.abs(minutes) >= length) {
      return near.format(Math.trunc(minutes / length), unit);
    }
  }
  return near.format(0, "minute");
}

setInterval(() => {
  for (const time of document.querySelectorAll<HTMLTimeElement>("time[data-relative][title]")) {
    time.textContent = distance(time, Date.parse(time.dateTime));
  }
}, MINUTE_MS);
