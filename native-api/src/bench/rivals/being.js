// What a horse's birth and XP make of her at an instant, and how an instant is written.
const DAY_MS = 86_400_000
const STAGES = [[3, 'newborn'], [7, 'weanling'], [14, 'yearling'], [21, 'two_year_old'], [Infinity, 'adult']]
const WORDS = { male: ['colt', 'stallion'], female: ['filly', 'mare'] }

export const instant = (at) => (at === null ? null : (at instanceof Date ? at : new Date(at)).toISOString())

export function being(sex, bornAt, xp, now) {
  const days = Math.floor((now - bornAt) / DAY_MS)
  const age = Math.floor(days / 7)
  return {
    sex,
    word: WORDS[sex][age < 3 ? 0 : 1],
    life_stage: STAGES.find(([end]) => days < end)[1],
    age,
    born_at: instant(bornAt),
    xp,
    level: xp <= 0 ? 1 : Math.floor(xp / 100) + 1,
  }
}
