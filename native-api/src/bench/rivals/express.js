// Express and Prisma, the specification's stack: the horse with all that belongs to her by `include`.
import { PrismaPg } from '@prisma/adapter-pg'
import express from 'express'
import { being, instant } from './being.js'
import { PrismaClient } from './generated/client.ts'

const prisma = new PrismaClient({
  adapter: new PrismaPg({
    host: process.env.PGHOST,
    port: Number(process.env.PGPORT),
    user: process.env.PGUSER,
    password: process.env.PGPASSWORD,
    database: process.env.PGDATABASE,
    max: Number(process.env.CONNECTIONS),
  }),
})
const NAMED = { select: { id: true, name: true } }
const INCLUDED = {
  breed: NAMED,
  user: { select: { id: true, name: true, profile_visible: true } },
  stable: NAMED,
  sire: NAMED,
  dam: NAMED,
  listing: { select: { fee: true } },
  pregnancies: { where: { state: 'in_foal' }, select: { id: true }, take: 1 },
  results: { orderBy: [{ created_at: 'desc' }, { id: 'desc' }], take: 10, include: { show: NAMED } },
}

const result = (row) => ({
  id: row.id,
  show: row.show,
  discipline: row.discipline,
  run_date: instant(row.run_date),
  placement: row.placement,
  score: row.score,
  expected_score: row.expected_score,
  prize: row.prize,
  horse_xp: row.horse_xp,
  stat: row.stat,
})

function card(horse, now) {
  const { user } = horse
  return {
    id: horse.id,
    name: horse.name,
    ...being(horse.sex, horse.born_at, horse.xp, now),
    breed: horse.breed,
    owner: user.profile_visible ? { id: user.id, name: user.name } : null,
    stable: user.profile_visible ? horse.stable : null,
    sire: horse.sire,
    dam: horse.dam,
    temperament: horse.temperament,
    stats: {
      precision: horse.precision,
      strength: horse.strength,
      speed: horse.speed,
      agility: horse.agility,
      endurance: horse.endurance,
      intelligence: horse.intelligence,
      stamina: horse.stamina,
      balance: horse.balance,
      boldness: horse.boldness,
      flexibility: horse.flexibility,
      obedience: horse.obedience,
      focus: horse.focus,
    },
    bond_score: horse.bond_score,
    stress_level: horse.stress_level,
    discipline_scores: horse.discipline_scores,
    traits: horse.visible_traits,
    training_cooldown: instant(horse.training_cooldown),
    in_foal: horse.pregnancies.length > 0,
    coat: horse.coat,
    height_cm: horse.height_cm,
    inbreeding: horse.inbreeding,
    stud_fee: horse.listing?.fee ?? null,
    results: horse.results.map(result),
    version: horse.version,
  }
}

const app = express()
app.disable('x-powered-by')

app.get('/v1/horses/:id', async (request, response) => {
  const horse = await prisma.horse.findUnique({ where: { id: Number(request.params.id) }, include: INCLUDED })
  if (horse === null) return response.status(404).json({ code: 'missing' })
  response.json(card(horse, Date.now()))
})

app.listen(Number(process.env.PORT), '127.0.0.1')
