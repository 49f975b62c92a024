//! Births: every pregnancy that is due ends, in a transaction of its own.

use reads::Failure;

use super::drain::{Chore, Drain};
use crate::app::App;
use crate::breeding::birth::{Deliver, ListDue, Outcome};
use crate::db::By;

/// The pregnancies that are due.
pub struct Pregnancies;

/// Ends pregnancies.
pub type Midwife = Drain<Pregnancies>;

impl Chore for Pregnancies {
    const NAME: &'static str = "birth";
    type Id = i64;

    async fn list(app: &App, most: i64, except: Vec<i64>) -> Result<Vec<i64>, Failure> {
        let list = ListDue { most, except };
        app.db.write(By::game(Self::NAME), &list).await
    }

    async fn end(app: &App, pregnancy: i64) -> Result<bool, Failure> {
        let request_id = format!("birth-{pregnancy}");
        let deliver = Deliver { pregnancy };
        let outcome = app.db.write(By::game(&request_id), &deliver).await?;
        match outcome {
            Outcome::Foaled(foal) => tracing::info!(pregnancy, %foal, "a foal is born"),
            Outcome::Lost(loss) => {
                let locus = loss.locus.as_str();
                tracing::info!(pregnancy, locus, "a foal could not live");
            }
            Outcome::Elsewhere => {}
        }
        Ok(outcome != Outcome::Elsewhere)
    }
}
