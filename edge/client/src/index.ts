/**
 * A typed client of Equoria's API. Every path, parameter, body and answer is checked by the compiler against the API's own
 * description, from which `api.ts` is generated (`npm run generate`).
 */

import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./api.ts";

export type { components, paths };

/** The shapes of the API by their names: `Schema<"Card">` is a horse. */
export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

/** A failure as the API tells it (RFC 9457), with a stable `code`: the `error` of every answer that is no success. */
export type Problem = Schema<"Problem">;

/** The API, one method for each of HTTP's: `api.GET("/v1/horses/{id}", { params: { path: { id: 7 } } })`. */
export type Equoria = Client<paths>;

/** Whom to speak with, and as whom. */
export interface Options {
    /** The origin of the edge, such as `https://equoria.example`. */
    url: string;
    /** The access token of a session, or what gives it: it is asked before every request. */
    token?: string | (() => string | undefined);
    /** Stands in for the `fetch` of the platform. */
    fetch?: (request: Request) => Promise<Response>;
}

/** The header in which an answer says what its session has seen, and in which the session says so. */
const SEEN = "equoria-seen";

/** The API as one session uses it: whoever writes through it reads what was written, from whichever copy. */
export function equoria({ url, token, fetch }: Options): Equoria {
    const api = createClient<paths>({ baseUrl: url, ...(fetch && { fetch }) });
    let seen: string | null = null;
    api.use({
        onRequest({ request }) {
            const bearer = typeof token === "function" ? token() : token;
            if (bearer !== undefined) {
                request.headers.set("Authorization", `Bearer ${bearer}`);
            }
            if (seen !== null) {
                request.headers.set(SEEN, seen);
            }
            return request;
        },
        onResponse({ response }) {
            seen = response.headers.get(SEEN) ?? seen;
            return undefined;
        },
    });
    return api;
}
