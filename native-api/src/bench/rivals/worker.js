// A JavaScript Worker: the API's own statement through the same Hyperdrive binding, by Postgres.js.
import postgres from 'postgres'
import { card } from './card.js'

// As the reads give them, and no types are asked for: the catalogue would be read on every connection.
const TYPES = {
  int8: { to: 20, from: [20], serialize: String, parse: Number },
  int2_array: { to: 1005, from: [1005], serialize: String, parse: (text) => JSON.parse(`[${text.slice(1, -1)}]`) },
}

export default {
  async fetch(request, env, context) {
    const id = /^\/v1\/horses\/(\d+)$/.exec(new URL(request.url).pathname)?.[1]
    if (id === undefined) return Response.json({ code: 'missing' }, { status: 404 })
    // A socket belongs to the request that opened it. A statement with a name would cost as much, and stay behind in a session
    // that is only lent.
    const sql = postgres(env.DB_FRESH.connectionString, { max: 1, fetch_types: false, prepare: false, types: TYPES })
    try {
      const rows = await sql.unsafe(env.CARD_SQL, [id])
      if (rows.length === 0) return Response.json({ code: 'missing' }, { status: 404 })
      return Response.json(card(rows[0], Date.now()))
    } finally {
      context.waitUntil(sql.end())
    }
  },
}
