//! A database of its own for each test.

use std::sync::atomic::{AtomicU32, Ordering};

use equoria::config;
use equoria::dev::prepare::connect;
use tokio_postgres::Client;

use crate::cluster::{ROLES, TEMPLATE, cluster};

/// A database that nobody else uses; dropped with this value.
#[derive(Debug)]
pub struct Database {
    name: String,
}

impl Database {
    /// A copy of the template: every migration taken, breeds and disciplines there, no players.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn fresh() -> Self {
        Self::copy_of(TEMPLATE).await
    }

    /// A database with nothing in it.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn empty() -> Self {
        Self::copy_of("template0").await
    }

    /// A copy of another database of this cluster, to which nobody may be connected.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn copy_of(template: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(1);
        let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        if let Err(trouble) = cluster().make(&name, template).await {
            panic!("could not make a database from {template}: {trouble}");
        }
        Self { name }
    }

    /// Its name in the cluster.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The way of the administrator to it, over the cluster's socket.
    pub fn administrator(&self) -> config::Database {
        cluster().administrator.with_name(&self.name)
    }

    /// The way of one of the product's roles to it, over the cluster's socket.
    ///
    /// # Panics
    /// When there is no such role.
    pub fn of(&self, role: &str) -> config::Database {
        assert!(ROLES.contains(&role), "{role} is none of the product's roles");
        self.administrator().with_user(role, &cluster().password)
    }

    /// The same over TCP, as a URL for programs that know no sockets.
    ///
    /// # Panics
    /// When there is no such role.
    pub fn tcp_url(&self, role: &str) -> String {
        self.of(role).plain_url()
    }

    /// A connection of the administrator's.
    ///
    /// # Panics
    /// When the server does not take it.
    pub async fn admin(&self) -> Client {
        connected(&self.administrator()).await
    }

    /// A connection of one of the product's roles.
    ///
    /// # Panics
    /// When there is no such role, or the server does not take it.
    pub async fn as_role(&self, role: &str) -> Client {
        connected(&self.of(role)).await
    }
}

async fn connected(database: &config::Database) -> Client {
    let connected = connect(database).await;
    connected.unwrap_or_else(|trouble| panic!("{trouble}"))
}

impl Drop for Database {
    fn drop(&mut self) {
        cluster().drop_later(&self.name);
    }
}
