// A player's first minutes, through the client: reads, a write with an idempotency key, and an error.

import { equoria, type Problem, type Schema } from "../src/index.ts";

/** What came of it. */
export interface Told {
    mare: Schema<"Card">;
    isSameAgain: boolean;
    refused: Problem;
    missing: Problem;
    settled: number[];
}

/** Plays it at an edge, as a player with this e-mail address. */
export async function story(url: string, email: string): Promise<Told> {
    const password = "correct horse battery";
    const visitor = equoria({ url });
    await visitor.POST("/v1/users", { body: { name: "Typed Player", email, password } });
    const session = await visitor.POST("/v1/sessions", { body: { email, password } });
    const player = equoria({ url, token: expected(session).access_token });

    // The free mare. Sent twice with the same key, there is still one.
    const starter = () => player.POST("/v1/horses/starter", {
        params: { header: { "Idempotency-Key": "my-first-mare" } },
        body: { breed: "Arabian", name: "Typed Comet" },
    });
    const [first, again] = [expected(await starter()), expected(await starter())];

    const path = { id: first.id };
    const train = () => player.POST("/v1/horses/{id}/training", { params: { path }, body: { discipline: "Racing" } });
    expected(await train());
    const { error: refused } = await train();
    const { error: missing } = await visitor.GET("/v1/horses/{id}", { params: { path: { id: 999_999_999 } } });
    if (refused === undefined || missing === undefined) {
        throw new Error("A mare was trained twice, or a horse is there that is not.");
    }

    const mare = expected(await player.GET("/v1/horses/{id}", { params: { path } }));
    const shows = expected(await visitor.GET("/v1/shows", { params: { query: { state: "settled", limit: 5 } } }));
    return {
        mare,
        isSameAgain: first.id === again.id,
        refused,
        missing,
        settled: shows.items.map((show) => show.id),
    };
}

/** The data of an answer that must be a success. */
function expected<Data>({ data, error }: { data?: Data; error?: unknown }): Data {
    if (data === undefined) {
        throw new Error(JSON.stringify(error));
    }
    return data;
}
