// What stands before the Worker, should it ever panic: `equoria worker build` puts it into edge/build/index.js.
//
// A panic ends the WebAssembly instance, and another one is made for what comes next. Whoever was in flight would be left
// behind in the old one, to fail or to hang. But the old one still runs, all but the request that panicked. So it is revived
// and the others finish in it; it is replaced once nobody is in it any more, or nobody waits that long. Reads that are in
// it even then begin anew in the new one. A write never does: nobody knows how far it has come.
(Worker, WorkerEntrypoint, state, revive) => {
  // Longer than any read is waited for.
  const PATIENCE_MS = 3000;
  // What has been in flight for so long was left by its client.
  const FORGOTTEN_MS = 60000;
  const AGAIN = Symbol("again");
  const GIVEN_UP = Symbol("given up");

  // In flight, the oldest first: since when, whether it was when something panicked, and how it is ended from outside.
  const flights = new Set();
  let panics = 0;
  let brokenAt = null;

  const end = (flight, how) => {
    flights.delete(flight);
    flight.end(how);
  };

  // As many as have panicked never end by themselves: when no others are left of those who were there, it is them.
  const giveUp = () => {
    if (brokenAt === null) return;
    const suspects = [...flights].filter((flight) => flight.isSuspect);
    if (suspects.length <= panics) suspects.forEach((flight) => end(flight, GIVEN_UP));
  };

  const isTimeToBeginAnew = () =>
    brokenAt !== null && (flights.size === 0 || Date.now() - brokenAt > PATIENCE_MS);

  const beginAnew = () => {
    brokenAt = null;
    panics = 0;
    for (const flight of [...flights]) end(flight, flight.isSuspect ? GIVEN_UP : AGAIN);
  };

  // worker-build's own code sets it at a panic, asks it before each request, and takes it back with a new instance.
  Object.defineProperty(state, "criticalError", {
    get: isTimeToBeginAnew,
    set: (isBroken) => {
      if (!isBroken) return beginAnew();
      brokenAt ??= Date.now();
      for (const flight of flights) flight.isSuspect = true;
    },
  });

  addEventListener("error", ({ error }) => {
    if (!(error instanceof WebAssembly.RuntimeError)) return;
    panics += 1;
    // wasm-bindgen would replace the instance at the next call of anything in it, in the middle of somebody's request.
    revive();
    giveUp();
  });

  const begin = () => {
    const since = Date.now();
    for (const flight of flights) {
      if (since - flight.since < FORGOTTEN_MS) break;
      flights.delete(flight);
    }
    const { promise, resolve } = Promise.withResolvers();
    const flight = { since, isSuspect: false, end: resolve, ended: promise };
    flights.add(flight);
    return flight;
  };

  const problem = (request, status, code, title, detail, more) => {
    const given = request.headers.get("x-request-id") ?? "";
    const id = /^[A-Za-z0-9._-]{1,64}$/.test(given) ? given : crypto.randomUUID();
    const type = `https://equoria.game/problems/${code}`;
    const headers = { "content-type": "application/problem+json", "cache-control": "no-store", "x-request-id": id, ...more };
    return new Response(JSON.stringify({ type, title, status, detail, code, request_id: id }), { status, headers });
  };

  const isRead = (request) => request.method === "GET" || request.method === "HEAD";

  // In the words of edge/reads/src/problem.rs.
  const failure = (request) =>
    isRead(request)
      ? problem(request, 500, "broken", "A fault of ours",
          "Something broke on our side. The id of the request helps us to find it.", {})
      : problem(request, 503, "unanswered", "Not available now",
          "The game did not answer. A write may have been done: repeat it with the same Idempotency-Key.",
          { "retry-after": "5" });

  return class extends WorkerEntrypoint {
    async fetch(request) {
      // The new instance is made in here, if it is time: so this one is not in flight yet.
      const answer = new Worker(this.ctx, this.env).fetch(request);
      const flight = begin();
      try {
        const ended = await Promise.race([answer, flight.ended]);
        if (ended === AGAIN && isRead(request)) return await this.fetch(request);
        return ended === AGAIN || ended === GIVEN_UP ? failure(request) : ended;
      } finally {
        flights.delete(flight);
        giveUp();
      }
    }
  };
}
