/** One of the twelve stats. */
export type Stat =
    | "precision" | "strength" | "speed" | "agility" | "endurance" | "intelligence"
    | "stamina" | "balance" | "boldness" | "flexibility" | "obedience" | "focus";

/** Traits that have come to light, by their names. */
export interface VisibleTraits {
    positive: string[];
    negative: string[];
}

/** The proof of a settled show: `GET /v1/shows/{id}/proof`. */
export interface Proof {
    rules_version: number;
    show: {
        id: number;
        name: string;
        discipline: string;
        level_min: number | null;
        level_max: number | null;
        entry_fee: number;
        prize: number;
        run_date: string;
    };
    /** SHA-256 of the secret, published when the show opened; 64 hexadecimal digits. */
    commitment: string;
    /** The secret from which all luck was drawn; 64 hexadecimal digits. */
    secret: string;
    /** Every entry, by its id. */
    entries: {
        entry_id: number;
        entered_at: string;
        snapshot: {
            horse_id: number;
            /** The discipline's three stats, heaviest first. */
            stats: [number, number, number];
            discipline_score: number;
            temperament: string;
            traits: VisibleTraits;
            /** What hidden traits add, in ten-thousandths. */
            hidden_bp: number;
            bond: number;
            stress: number;
        };
    }[];
    /** Every result, by placement. */
    results: {
        entry_id: number;
        horse_id: number;
        placement: number;
        /** In thousandths of a point. */
        expected_milli: number;
        /** In ten-thousandths. */
        luck_bp: number;
        /** In thousandths of a point. */
        score_milli: number;
        prize: number;
        horse_xp: number;
        user_xp: number;
        stat_gain: Stat | null;
    }[];
    fees: number;
    prize_returned: number;
    /** SHA-256 of all of the above; 64 hexadecimal digits. */
    digest: string;
}

/** What is wrong with a proof: an entry, the order, or the field of a result or of the proof. */
export type Wrong =
    | "rules_version" | "secret" | "commitment" | "entries" | "entry_order" | "late_entry"
    | "entry_without_result" | "result_without_entry" | "two_results" | "order"
    | "horse_id" | "expected_milli" | "luck_bp" | "score_milli" | "placement"
    | "prize" | "horse_xp" | "user_xp" | "stat_gain" | "fees" | "prize_returned" | "digest";

/** What the check of a proof came to. */
export interface Verdict {
    /** The id of the show. */
    show: number;
    /** Its name. */
    name: string;
    rules_version: number;
    /** Does the proof hold? */
    holds: boolean;
    /** How many entries the proof has. */
    entries: number;
    /** The digest of the show; null where the proof does not hold. */
    digest: string | null;
    /** What is wrong, for programs; null where the proof holds. */
    wrong: Wrong | null;
    /** What is wrong, as a sentence; null where the proof holds. */
    why_not: string | null;
}

/** A horse as a score looks at her: what `GET /v1/horses/{id}` answers will do. */
export interface ScoredHorse {
    stats: Record<Stat, number>;
    temperament: string;
    traits: VisibleTraits;
    /** Without it she was never trained. */
    discipline_scores?: Record<string, number>;
    bond_score: number;
    stress_level: number;
}

/** A horse, a discipline, and whom she would meet. */
export interface PlannedEntry {
    horse: ScoredHorse;
    discipline: string;
    /** The horses that are in the show; they keep every tie against one who comes later. */
    rivals?: ScoredHorse[];
}

/** What a horse may expect of a show. */
export interface ScorePreview {
    breakdown: {
        /** From three stats and the discipline's score. */
        base_score: number;
        /** In ten-thousandths, like the two after it. */
        temperament_bp: number;
        traits_bp: number;
        condition_bp: number;
    };
    /** The score before luck. */
    expected_score: number;
    /** The score with the worst luck. */
    least_score: number;
    /** The score with the best luck. */
    greatest_score: number;
    rivals: number;
    /** The chance of every place, 0 to 1; together they are 1. */
    placings: { placement: number; chance: number }[];
}

/** Another horse that is named. */
export interface Named {
    id: number;
    name?: string | null;
}

/** A horse of a family: what `GET /v1/horses/{id}` answers will do, with the `tests` of `GET /v1/horses/{id}/genetics`. */
export interface Relative {
    id: number;
    name?: string | null;
    sex: "male" | "female";
    breed: { name: string };
    sire?: Named | null;
    dam?: Named | null;
    coat?: { phenotype?: number } | null;
    /** What a laboratory found, as `{locus: "MC1R", genotype: "E/e"}`. */
    tests?: { locus: string; genotype: string }[];
}

/** A parent of the foal: the same, with stats, traits and what else everyone sees. */
export interface Mate extends Relative {
    stats: Record<Stat, number>;
    traits: VisibleTraits;
    bond_score: number;
    stress_level: number;
    height_cm?: number | null;
    /** Its own coefficient of inbreeding F, 0 to 1; without it 0. */
    inbreeding?: number;
}

/** Ancestors by position, as `GET /v1/horses/{id}/pedigree` answers them. */
export interface Pedigree {
    ancestors: { position: number; id: number; name?: string | null }[];
}

/** Ancestors, each with its sire and its dam, by id, as `GET /v1/horses/{id}/parent` answers them; 0 is one not known. */
export interface Lines {
    lines: number[][];
}

/** A mare, a stallion, and what is known around them. */
export interface PlannedMating {
    mare: Mate;
    stallion: Mate;
    /** Parents and grandparents of either: their coats and tests tell of the genes. */
    family?: Relative[];
    /** Pedigrees of either, which tell of the inbreeding. */
    pedigrees?: (Pedigree | Lines)[];
}

/** A quantity that is not drawn yet. */
export interface Expected {
    mean: number;
    /** The standard deviation. */
    sd: number;
}

/** What a foal may be; every chance is a number from 0 to 1. */
export interface Foal {
    /** The name of its breed. */
    breed: string;
    /** The coefficient of inbreeding F, over the ancestors that were given. */
    inbreeding: number;
    /** The part of F that the common ancestors below do not make up. */
    inbreeding_beyond: number;
    /** Where lines of sire and dam meet, the greatest part of F first. */
    common_ancestors: { id: number; name: string | null; inbreeding: number; contribution: number }[];
    sex: { male: number; female: number };
    /** The chance that it lives; the rest is lost before birth. */
    born_alive: number;
    /** Why it may be lost. */
    losses: { locus: string; name: string; genotype: string; chance: number }[];
    /** The likeliest coats by name, likeliest first, at most twenty. */
    coats: { name: string; conceived: number; live: number }[];
    /** The chance of any other coat, of foals that live. */
    other_coats: number;
    /** Are the odds of coats exact? They are rounded to 2^-48 where much is inferred. */
    is_exact: boolean;
    /** The odds at each health locus at which anything but a clear foal is possible, of foals that live. */
    health: { locus: string; name: string; clear: number; carrier: number; affected: number }[];
    /** Each stat at birth. */
    stats: Record<Stat, Expected>;
    /** The height once grown, in centimetres; null where a parent's is not known. */
    height_cm: Expected | null;
    /** How likely it is born with each trait, going by those of its parents that have come to light. */
    traits: { name: string; chance: number }[];
}
