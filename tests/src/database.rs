//! A database of its own for each test.

use std::sync::atomic::{AtomicU32, Ordering};

use equoria::config;
use equoria::db::connect;
use tokio_postgres::Client;

use crate::cluster::{ROLES, TEMPLATE, cluster, password_of};

/// A database that nobody else uses; one of the shared cluster is dropped with this value.
#[derive(Debug)]
pub struct Database {
    administrator: config::Database,
    password: String,
    port: u16,
    is_of_the_cluster: bool,
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
        let cluster = cluster();
        Self {
            administrator: cluster.administrator.with_name(&name),
            password: cluster.password.clone(),
            port: cluster.port,
            is_of_the_cluster: true,
        }
    }

    /// A database of a server that is not the shared cluster: it goes away with its server.
    pub(crate) const fn elsewhere(
        administrator: config::Database,
        password: String,
        port: u16,
    ) -> Self {
        Self {
            administrator,
            password,
            port,
            is_of_the_cluster: false,
        }
    }

    /// Its name in the cluster.
    pub fn name(&self) -> &str {
        self.administrator.name()
    }

    /// The TCP port of its server on 127.0.0.1.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The password that those of the roles are made of.
    pub(crate) fn password(&self) -> &str {
        &self.password
    }

    /// The way of the administrator to it, over the cluster's socket.
    pub fn administrator(&self) -> config::Database {
        self.administrator.clone()
    }

    /// The way of one of the product's roles to it, over the cluster's socket.
    ///
    /// # Panics
    /// When there is no such role.
    pub fn of(&self, role: &str) -> config::Database {
        assert!(
            ROLES.contains(&role),
            "{role} is none of the product's roles"
        );
        self.administrator
            .with_user(role, &password_of(role, &self.password))
    }

    /// The same over TCP, as a URL for programs that know no sockets.
    ///
    /// # Panics
    /// When there is no such role.
    pub fn tcp_url(&self, role: &str) -> String {
        self.of(role).plain_url()
    }

    /// The way of one of the product's roles to it through what listens on another port of 127.0.0.1.
    ///
    /// # Panics
    /// When there is no such role.
    pub fn through(&self, port: u16, role: &str) -> config::Database {
        let direct = self.tcp_url(role);
        let through = direct.replace(&format!(":{}/", self.port), &format!(":{port}/"));
        config::Database::parse(&through).expect("a URL of ours with another port")
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
        if self.is_of_the_cluster {
            cluster().drop_later(self.name());
        }
    }
}
