// The three queries of the specification, word for word, on the database that DATABASE_URL names.
// Prints one JSON line: what each returned, and the SQL that the client sent for it.
import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from './generated/client.ts'

const horseId = Number(process.argv[2])
const prisma = new PrismaClient({
  adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL }),
  log: [{ emit: 'event', level: 'query' }],
})
const sent: string[] = []
prisma.$on('query', (event) => sent.push(event.query))

const horse = await prisma.horse.findUnique({
  where: { id: horseId },
  include: {
    breed: true,
    user: {
      select: { id: true, name: true, email: true }
    },
    competitionResults: {
      take: 10,
      orderBy: { createdAt: 'desc' }
    }
  }
})

const horsesWithTrait = await prisma.horse.findMany({
  where: {
    epigenetic_modifiers: {
      path: ['positive'],
      array_contains: ['resilient']
    }
  }
})

const trainedHorses = await prisma.horse.findMany({
  where: {
    discipline_scores: {
      path: ['Racing'],
      gte: 20
    }
  }
})

await prisma.$disconnect()
console.log(JSON.stringify({
  horse,
  horsesWithTrait: horsesWithTrait.map((found) => found.id),
  trainedHorses: trainedHorses.map((found) => found.id),
  sent,
}))
