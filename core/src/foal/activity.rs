//! The enrichment activities as data, and the list of those that a foal has had.

use alloc::vec::Vec;

crate::words::words! {
    /// An enrichment activity. A foal has each at most once.
    Activity, "activity" {
        /// Day 1: hands that mean no harm.
        GentleTouch = "gentle_touch",
        /// Day 1: company that asks for nothing.
        QuietPresence = "quiet_presence",
        /// Day 1: a voice to know.
        SoftVoice = "soft_voice",
        /// Day 2: food comes with people.
        FeedingAssistance = "feeding_assistance",
        /// Day 2: the first brush.
        GroomingIntroduction = "grooming_introduction",
        /// Day 2: play.
        PlayInteraction = "play_interaction",
        /// Day 3: walking beside someone.
        WalkingPractice = "walking_practice",
        /// Day 3: a look at the world.
        EnvironmentExploration = "environment_exploration",
        /// Day 3: other horses.
        SocialIntroduction = "social_introduction",
        /// Day 4: the first halter.
        HalterIntroduction = "halter_introduction",
        /// Day 4: following a rope.
        LeadingPractice = "leading_practice",
        /// Day 4: hooves lifted, ears touched.
        HandlingExercises = "handling_exercises",
        /// Day 4: the trailer, with the door open.
        TrailerExposure = "trailer_exposure",
        /// Day 5: poles and puddles.
        ObstacleCourse = "obstacle_course",
        /// Day 5: brushed all over.
        AdvancedGrooming = "advanced_grooming",
        /// Day 5: games with a lesson in them.
        TrainingGames = "training_games",
        /// Day 6: things that go well.
        ConfidenceBuilding = "confidence_building",
        /// Day 6: things never seen.
        NewExperiences = "new_experiences",
        /// Day 6: an hour without the dam.
        IndependenceTraining = "independence_training",
        /// Day 7: what was learned.
        FinalAssessment = "final_assessment",
        /// Day 7: a party.
        GraduationCeremony = "graduation_ceremony",
        /// Day 7: what comes next.
        FuturePlanning = "future_planning",
    }
}

/// What the rules say about an activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActivityFacts {
    /// The day of life, 1 to 7, from which on it is open.
    pub day: i64,
    /// The least and the greatest change of the bond.
    pub bond: (i32, i32),
    /// The least and the greatest change of the stress.
    pub stress: (i32, i32),
}

impl Activity {
    /// What the rules say about it.
    #[must_use]
    #[rustfmt::skip]
    pub const fn facts(self) -> ActivityFacts {
        match self {
            Self::GentleTouch => facts(1, (3, 7), (-2, 1)),
            Self::QuietPresence => facts(1, (1, 4), (-3, 0)),
            Self::SoftVoice => facts(1, (2, 5), (-1, 2)),
            Self::FeedingAssistance => facts(2, (4, 8), (-1, 3)),
            Self::GroomingIntroduction => facts(2, (3, 6), (0, 4)),
            Self::PlayInteraction => facts(2, (5, 9), (-2, 2)),
            Self::WalkingPractice => facts(3, (3, 7), (1, 5)),
            Self::EnvironmentExploration => facts(3, (4, 8), (0, 3)),
            Self::SocialIntroduction => facts(3, (2, 6), (2, 6)),
            Self::HalterIntroduction => facts(4, (3, 7), (2, 6)),
            Self::LeadingPractice => facts(4, (5, 9), (1, 4)),
            Self::HandlingExercises => facts(4, (4, 8), (0, 3)),
            Self::TrailerExposure => facts(4, (2, 6), (3, 7)),
            Self::ObstacleCourse => facts(5, (4, 8), (2, 5)),
            Self::AdvancedGrooming => facts(5, (5, 9), (-1, 2)),
            Self::TrainingGames => facts(5, (6, 10), (0, 3)),
            Self::ConfidenceBuilding => facts(6, (5, 9), (-2, 1)),
            Self::NewExperiences => facts(6, (3, 7), (1, 4)),
            Self::IndependenceTraining => facts(6, (4, 8), (0, 3)),
            Self::FinalAssessment => facts(7, (3, 7), (-1, 2)),
            Self::GraduationCeremony => facts(7, (7, 12), (-3, 0)),
            Self::FuturePlanning => facts(7, (2, 5), (-2, 1)),
        }
    }

    /// Its number in the key of its dice: its place in [`Activity::ALL`].
    #[must_use]
    pub const fn number(self) -> i64 {
        self as i64
    }
}

const fn facts(day: i64, bond: (i32, i32), stress: (i32, i32)) -> ActivityFacts {
    ActivityFacts { day, bond, stress }
}

/// The activities that a foal has had, oldest first: the document `["gentle_touch", ...]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(transparent)
)]
pub struct Activities(Vec<Activity>);

impl Activities {
    /// Takes activities, oldest first; one that stands twice counts once.
    #[must_use]
    pub fn new(list: Vec<Activity>) -> Self {
        list.into_iter().fold(Self::default(), Self::with)
    }

    /// Has the foal had it?
    #[must_use]
    pub fn contains(&self, activity: Activity) -> bool {
        self.0.contains(&activity)
    }

    /// The activities, oldest first.
    #[must_use]
    pub fn as_slice(&self) -> &[Activity] {
        &self.0
    }

    /// The list with one more activity.
    #[must_use]
    pub fn with(mut self, activity: Activity) -> Self {
        if !self.contains(activity) {
            self.0.push(activity);
        }
        self
    }

    /// Has the foal had every activity of some day?
    #[must_use]
    pub fn has_a_whole_day(&self) -> bool {
        (1..=super::DAYS).any(|day| {
            let of_day = |one: &&Activity| one.facts().day == day;
            Activity::ALL
                .iter()
                .filter(of_day)
                .all(|one| self.contains(*one))
        })
    }
}
