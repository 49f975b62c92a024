// A horse's card as the API writes it, from the row that the API's own statement gives.
import { being, instant } from './being.js'

const STATS = ['precision', 'strength', 'speed', 'agility', 'endurance', 'intelligence', 'stamina', 'balance', 'boldness',
  'flexibility', 'obedience', 'focus']

const named = (id, name) => (id === null ? null : { id, name })

const result = (row) => ({
  id: row.id,
  show: row.show,
  discipline: row.discipline,
  run_date: instant(row.run_date),
  placement: row.placement,
  score: row.score / 1000,
  expected_score: row.expected_score / 1000,
  prize: row.prize,
  horse_xp: row.horse_xp,
  stat: row.stat,
})

export function card(row, now) {
  const stats = {}
  for (let at = 0; at < STATS.length; at++) stats[STATS[at]] = row.stats[at]
  return {
    id: row.id,
    name: row.name,
    ...being(row.sex, row.born_at, row.xp, now),
    breed: { id: row.breed_id, name: row.breed_name },
    owner: named(row.owner_id, row.owner_name),
    stable: named(row.stable_id, row.stable_name),
    sire: named(row.sire_id, row.sire_name),
    dam: named(row.dam_id, row.dam_name),
    temperament: row.temperament,
    stats,
    bond_score: row.bond_score,
    stress_level: row.stress_level,
    discipline_scores: row.discipline_scores,
    traits: row.visible_traits,
    training_cooldown: instant(row.training_cooldown),
    // Who wrote that she is, or null.
    in_foal: row.in_foal !== null,
    coat: row.coat,
    height_cm: row.height_cm,
    inbreeding: row.inbreeding,
    stud_fee: row.stud_fee,
    results: row.results.map(result),
    version: row.version,
  }
}
