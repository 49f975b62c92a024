// Fastify and pg: the API's own statement, prepared once a connection, from a pool.
import Fastify from 'fastify'
import pg from 'pg'
import { card } from './card.js'

const INT8 = 20
pg.types.setTypeParser(INT8, Number)

// Where the database is, and who asks, comes from libpq's own variables.
const pool = new pg.Pool({ max: Number(process.env.CONNECTIONS) })
const app = Fastify()

app.get('/v1/horses/:id', async (request, reply) => {
  const { rows } = await pool.query({ name: 'card', text: process.env.CARD_SQL, values: [request.params.id] })
  if (rows.length === 0) return reply.code(404).send({ code: 'missing' })
  return card(rows[0], Date.now())
})

await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) })
