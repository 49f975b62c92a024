//! How the horses of a breed are built.

crate::words::words! {
    /// How a horse is built, as far as a silhouette tells.
    Build, "build" {
        /// Neither heavy nor fine: saddle horses, warmbloods, what is of no known breed.
        Riding = "riding",
        /// Fine and long in the leg: desert-bred and racing horses.
        Light = "light",
        /// Broad and deep, with much hair: draught horses.
        Heavy = "heavy",
        /// Short in the leg, with a thick mane: ponies.
        Pony = "pony",
    }
}

impl Build {
    /// The build of the horses of a breed, by its name.
    #[must_use]
    pub fn of_breed(name: &str) -> Self {
        match name {
            "Akhal-Teke" | "Anglo-Arabian" | "Arabian" | "Kathiawari" | "Marwari"
            | "Orlov Trotter" | "Standardbred" | "Thoroughbred" => Self::Light,
            "Belgian Draft" | "Clydesdale" | "Gypsy Vanner" | "Noriker" | "Percheron" | "Shire" => {
                Self::Heavy
            }
            "Camargue" | "Connemara Pony" | "Fell Pony" | "Fjord" | "Haflinger"
            | "Highland Pony" | "Icelandic" | "Mongolian Horse" | "Shetland Pony" | "Welsh Cob"
            | "Welsh Pony" => Self::Pony,
            _ => Self::Riding,
        }
    }
}
