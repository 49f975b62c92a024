//! The ancestors that a page has fetched, put together to one pedigree.

use rules::pedigree::Register;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A pedigree as `/v1/horses/{id}/pedigree` tells it, or `/v1/horses/{id}/parent`; of its fields, those that count.
#[derive(Clone, Debug, Deserialize)]
pub struct Pedigree {
    #[serde(default)]
    ancestors: Vec<Ancestor>,
    /// A horse, its sire and its dam, 0 for one that is not known.
    #[serde(default)]
    lines: Vec<[i64; 3]>,
}

#[derive(Clone, Debug, Deserialize)]
struct Ancestor {
    /// 1 is the horse, 2k the sire and 2k + 1 the dam of k.
    position: u64,
    id: i64,
    #[serde(default)]
    name: Option<String>,
}

/// Who descends from whom, and what they are called.
#[derive(Debug, Default)]
pub struct Links {
    parents: BTreeMap<i64, [i64; 2]>,
    names: BTreeMap<i64, String>,
}

impl Links {
    /// Takes a horse with its parents, 0 for one that is not known here.
    ///
    /// # Errors
    /// A sentence, where the horse has other parents elsewhere.
    pub fn add(&mut self, id: i64, parents: [i64; 2]) -> Result<(), String> {
        let known = self.parents.entry(id).or_default();
        for ((known, parent), what) in known.iter_mut().zip(parents).zip(["sire", "dam"]) {
            if *known == 0 {
                *known = parent;
            } else if parent != 0 && *known != parent {
                return Err(format!(
                    "Horse {id} has {known} as its {what} in one place and {parent} in another."
                ));
            }
        }
        Ok(())
    }

    /// Takes a name.
    pub fn call(&mut self, id: i64, name: Option<&String>) {
        if let Some(name) = name {
            self.names.insert(id, name.clone());
        }
    }

    /// Takes everybody of a pedigree.
    ///
    /// # Errors
    /// Those of [`Links::add`].
    pub fn add_all(&mut self, pedigree: &Pedigree) -> Result<(), String> {
        let ancestors = pedigree.ancestors.iter();
        let places: BTreeMap<u64, i64> = ancestors.map(|it| (it.position, it.id)).collect();
        let at = |position: Option<u64>| position.and_then(|it| places.get(&it).copied());
        for ancestor in &pedigree.ancestors {
            let sire = ancestor.position.checked_mul(2);
            let dam = sire.and_then(|it| it.checked_add(1));
            let parents = [sire, dam].map(|it| at(it).unwrap_or(0));
            self.add(ancestor.id, parents)?;
            self.call(ancestor.id, ancestor.name.as_ref());
        }
        let mut lines = pedigree.lines.iter();
        lines.try_for_each(|[id, sire, dam]| self.add(*id, [*sire, *dam]))
    }

    /// The pedigree of all.
    ///
    /// # Errors
    /// A sentence, where they contradict each other.
    pub fn register(&self) -> Result<Register, String> {
        let ids: Vec<i64> = self.parents.keys().copied().collect();
        let side = |which: usize| -> Vec<i64> {
            let parents = self.parents.values();
            parents.filter_map(|it| it.get(which).copied()).collect()
        };
        let by_id = |row: u32| {
            let id = usize::try_from(row).ok().and_then(|row| ids.get(row));
            id.and_then(|id| u32::try_from(*id).ok()).unwrap_or(row)
        };
        let register = Register::new(&ids, &side(0), &side(1));
        register.map_err(|flaw| {
            format!(
                "The ancestors contradict each other, by the ids of horses: {}",
                flaw.at(by_id)
            )
        })
    }

    /// The name of a horse, if it was told.
    #[must_use]
    pub fn name(&self, id: i64) -> Option<String> {
        self.names.get(&id).cloned()
    }
}
