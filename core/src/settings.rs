//! A player's settings: the document, its defaults, and what its privacy switches mean.

/// The settings that a player has set. Every key may be missing, none may be unknown or null.
///
/// ```json
/// {"darkMode": true,
///  "notifications": {"training": true, "competitions": true, "breeding": false},
///  "privacy": {"profileVisible": true, "shareProgress": false}}
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(
        remote = "Self",
        default,
        deny_unknown_fields,
        rename_all = "camelCase"
    )
)]
pub struct Settings {
    /// Dark colours.
    #[cfg_attr(
        feature = "serde",
        serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")
    )]
    pub dark_mode: Option<bool>,
    /// What to be told about.
    #[cfg_attr(
        feature = "serde",
        serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")
    )]
    pub notifications: Option<Notifications>,
    /// What others may see.
    #[cfg_attr(
        feature = "serde",
        serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")
    )]
    pub privacy: Option<Privacy>,
}

/// What a player has set about notifications.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(
        remote = "Self",
        default,
        deny_unknown_fields,
        rename_all = "camelCase"
    )
)]
pub struct Notifications {
    /// When a horse may train again.
    #[cfg_attr(
        feature = "serde",
        serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")
    )]
    pub training: Option<bool>,
    /// When a show is settled.
    #[cfg_attr(
        feature = "serde",
        serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")
    )]
    pub competitions: Option<bool>,
    /// When a foal is born.
    #[cfg_attr(
        feature = "serde",
        serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")
    )]
    pub breeding: Option<bool>,
}

/// What a player has set about privacy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(
        remote = "Self",
        default,
        deny_unknown_fields,
        rename_all = "camelCase"
    )
)]
pub struct Privacy {
    /// Others can see the profile; without it the profile looks as if it did not exist.
    #[cfg_attr(
        feature = "serde",
        serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")
    )]
    pub profile_visible: Option<bool>,
    /// Others can see level and XP, and the player is listed in rankings.
    #[cfg_attr(
        feature = "serde",
        serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")
    )]
    pub share_progress: Option<bool>,
}

#[cfg(feature = "serde")]
crate::object::reads_objects!(Settings, Notifications, Privacy);
#[cfg(feature = "serde")]
crate::object::writes_objects!(Settings, Notifications, Privacy);

/// A key that is there has a value: null is not a way to leave it out.
#[cfg(feature = "serde")]
fn present<'de, T: serde::Deserialize<'de>, D: serde::Deserializer<'de>>(
    from: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// The settings that hold, with the default for every key that is not set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "camelCase")
)]
pub struct EffectiveSettings {
    /// Dark colours; off by default.
    pub dark_mode: bool,
    /// What to be told about; everything by default.
    pub notifications: EffectiveNotifications,
    /// What others may see; everything by default.
    pub privacy: EffectivePrivacy,
}

/// The notifications that hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "camelCase")
)]
pub struct EffectiveNotifications {
    /// When a horse may train again.
    pub training: bool,
    /// When a show is settled.
    pub competitions: bool,
    /// When a foal is born.
    pub breeding: bool,
}

/// The privacy that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "camelCase")
)]
pub struct EffectivePrivacy {
    /// Others can see the profile.
    pub profile_visible: bool,
    /// Others can see level and XP.
    pub share_progress: bool,
}

impl Settings {
    /// The settings that hold: dark mode off, everything else on, unless set otherwise.
    #[must_use]
    pub fn effective(&self) -> EffectiveSettings {
        let notifications = self.notifications.unwrap_or_default();
        let privacy = self.privacy.unwrap_or_default();
        EffectiveSettings {
            dark_mode: self.dark_mode.unwrap_or(false),
            notifications: EffectiveNotifications {
                training: notifications.training.unwrap_or(true),
                competitions: notifications.competitions.unwrap_or(true),
                breeding: notifications.breeding.unwrap_or(true),
            },
            privacy: EffectivePrivacy {
                profile_visible: privacy.profile_visible.unwrap_or(true),
                share_progress: privacy.share_progress.unwrap_or(true),
            },
        }
    }

    /// These settings with the keys that `change` sets laid over them.
    #[must_use]
    pub fn with(self, change: Self) -> Self {
        let (old, new) = (
            self.notifications.unwrap_or_default(),
            change.notifications.unwrap_or_default(),
        );
        let notifications = Notifications {
            training: new.training.or(old.training),
            competitions: new.competitions.or(old.competitions),
            breeding: new.breeding.or(old.breeding),
        };
        let (old, new) = (
            self.privacy.unwrap_or_default(),
            change.privacy.unwrap_or_default(),
        );
        let privacy = Privacy {
            profile_visible: new.profile_visible.or(old.profile_visible),
            share_progress: new.share_progress.or(old.share_progress),
        };
        Self {
            dark_mode: change.dark_mode.or(self.dark_mode),
            notifications: self
                .notifications
                .or(change.notifications)
                .map(|_| notifications),
            privacy: self.privacy.or(change.privacy).map(|_| privacy),
        }
    }
}
