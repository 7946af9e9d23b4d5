//! A Postgres that goes away and comes back. It is stood in for by a proxy, since the tests' server belongs to others too.

use crate::world::{World, at};
use ports::{Store, StoreError};
use sqlx::{ConnectOptions, PgPool, postgres::PgConnectOptions};
use std::{
    net::SocketAddr,
    path::PathBuf,
    time::{Duration, Instant},
};
use store::PgStore;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream, UnixStream},
    task::{JoinHandle, JoinSet},
};

/// Something that connections to Postgres go through; dropped, it cuts them all and takes no new ones.
struct Proxy {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Proxy {
    async fn start(address: SocketAddr, upstream: PgConnectOptions) -> Self {
        let listener = TcpListener::bind(address).await.expect("the port is free");
        let address = listener.local_addr().expect("it is bound");
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                connections.spawn(forward(client, upstream.clone()));
            }
        });
        Self { address, task }
    }

    async fn stop(self) -> SocketAddr {
        self.task.abort();
        assert!(self.task.await.is_err_and(|error| error.is_cancelled()), "it ran until now");
        self.address
    }
}

async fn forward(mut client: TcpStream, upstream: PgConnectOptions) {
    let socket = upstream.get_socket().cloned().or_else(|| {
        let host = upstream.get_host();
        host.starts_with('/').then(|| PathBuf::from(host))
    });
    // Whatever goes wrong here ends the connection, which is what the store must bear.
    let _ = match socket {
        Some(folder) => {
            let file = folder.join(format!(".s.PGSQL.{}", upstream.get_port()));
            let mut server = UnixStream::connect(file).await.expect("Postgres is there");
            copy_bidirectional(&mut client, &mut server).await
        }
        None => {
            let to = (upstream.get_host().to_owned(), upstream.get_port());
            let mut server = TcpStream::connect(to).await.expect("Postgres is there");
            copy_bidirectional(&mut client, &mut server).await
        }
    };
}

/// A store on the pool's database, through a proxy.
async fn through_proxy(pool: &PgPool) -> (PgStore, Proxy) {
    let upstream = (*pool.connect_options()).clone();
    let proxy = Proxy::start(([127, 0, 0, 1], 0).into(), upstream.clone()).await;
    let mut url = upstream.to_url_lossy();
    url.set_host(Some("127.0.0.1")).expect("an address");
    url.set_port(Some(proxy.address.port())).expect("a port");
    url.set_query(Some("sslmode=disable"));
    (PgStore::connect(url.as_str(), 4).await.expect("the address is understood"), proxy)
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_store_outlives_its_postgres(pool: PgPool) {
    let world = World::new(pool.clone()).await;
    let (store, proxy) = through_proxy(&pool).await;
    store.ready().await.expect("Postgres is there");
    let mut notices = store.notices().await.expect("subscribes");

    let address = proxy.stop().await;
    let asked = Instant::now();
    let (person, list, beat) = tokio::join!(
        store.person_by_id(world.owner),
        store.account_list(),
        store.worker_beat("worker test", at(0), "idle")
    );
    assert!(matches!(person, Err(StoreError::Unavailable(_))), "{:?}", person.err());
    assert!(matches!(list, Err(StoreError::Unavailable(_))), "{:?}", list.err());
    assert!(matches!(beat, Err(StoreError::Unavailable(_))), "{beat:?}");
    assert!(asked.elapsed() < Duration::from_secs(10), "nobody waits long for a database that is away");

    let _proxy = Proxy::start(address, (*pool.connect_options()).clone()).await;
    store.ready().await.expect("Postgres is back");
    assert_eq!(store.account_list().await.expect("Postgres is back").len(), 1);
    let gap = tokio::time::timeout(Duration::from_secs(15), notices.next()).await.expect("subscribes again");
    assert_eq!(gap, None, "whoever listens must read again what it shows");
    let new = world.creating("agents").await;
    let notice = tokio::time::timeout(Duration::from_secs(5), notices.next()).await.expect("a notice comes");
    assert_eq!(notice.expect("a change").environment, new.id);
}

#[sqlx::test(migrations = "../../migrations")]
async fn connections_that_the_server_ends_are_made_again(pool: PgPool) {
    let (store, _proxy) = through_proxy(&pool).await;
    for _ in 0..3 {
        store.ready().await.expect("works");
        let ended: i64 = sqlx::query_scalar(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
             WHERE datname = current_database() AND application_name = 'handrail'",
        )
        .fetch_one(&pool)
        .await
        .expect("they can be ended");
        assert!(ended > 0, "there was a connection to end");
        store.ready().await.expect("works again");
    }
}

#[tokio::test]
async fn an_address_where_nothing_listens_is_unavailable_and_nonsense_is_refused() {
    let port = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("bound").port();
    let url = format!("postgres://user:geheim@127.0.0.1:{port}/none");
    let store = PgStore::connect(&url, 1).await.expect("it does not connect yet");
    let error = store.ready().await.expect_err("nothing is there");
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    let migration = store.migrate().await.expect_err("nothing is there");
    assert!(matches!(migration, StoreError::Unavailable(_)), "{migration:?}");
    let nonsense = PgStore::connect("postgres://user:geheim@host:port/none", 1).await.expect_err("no port");
    assert!(matches!(nonsense, StoreError::Internal(_)));
    for error in [error, migration, nonsense] {
        assert!(!format!("{error:?}").contains("geheim"), "the password is not told");
    }
}
