//! Sample people, teams, memberships and cloud accounts.

use super::{Planted, Sample, element, id, pick};
use crate::{error::Answer, sql::statements};
use model::spec::REGIONS;
use sqlx::PgConnection;

const FIRST_NAMES: [&str; 40] = [
    "Ada", "Amir", "Ana", "Arjun", "Bao", "Carla", "Chen", "Dana", "Elif", "Emeka", "Farah", "Felix", "Freya", "Grace",
    "Hana", "Hugo", "Ines", "Ivan", "Jonas", "Kaya", "Lars", "Leila", "Liam", "Lin", "Maja", "Marco", "Mei", "Nadia",
    "Noah", "Olga", "Omar", "Priya", "Rafael", "Rosa", "Sana", "Sofia", "Tariq", "Tomas", "Yuki", "Zoe",
];
const LAST_NAMES: [&str; 50] = [
    "Abara", "Andersen", "Baker", "Banerjee", "Bauer", "Becker", "Bianchi", "Castro", "Costa", "Dubois", "Eriksen",
    "Fischer", "Garcia", "Haddad", "Hansen", "Hoffmann", "Ito", "Ivanova", "Jensen", "Kaplan", "Keller", "Khan", "Kim",
    "Kowalski", "Larsen", "Lee", "Lopez", "Marino", "Meyer", "Moreau", "Nakamura", "Novak", "Okafor", "Olsen", "Park",
    "Patel", "Petrov", "Quinn", "Rahman", "Ramos", "Rossi", "Santos", "Schmidt", "Silva", "Singh", "Tanaka", "Vogel",
    "Weber", "Yilmaz", "Zhang",
];
const AREAS: [&str; 25] = [
    "Billing",
    "Checkout",
    "Compliance",
    "Core",
    "Data",
    "Design",
    "Developer",
    "Finance",
    "Growth",
    "Identity",
    "Infra",
    "Labs",
    "Logistics",
    "Marketing",
    "Mobile",
    "Partner",
    "Payments",
    "Platform",
    "Pricing",
    "Quality",
    "Research",
    "Risk",
    "Search",
    "Security",
    "Support",
];
const GROUPS: [&str; 8] = ["", " API", " Apps", " Backend", " Experience", " Operations", " Tools", " Web"];
/// A hash that no known password leads to: nobody can sign in as one of these people.
const NO_PASSWORD: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c2FtcGxlc2FtcGxlc2FtcA$c2FtcGxlIGRhdGEgaGFzIG5vIHBhc3N3b3JkIGF0IGFsbCE";

statements! {
    PEOPLE = "
        INSERT INTO person (id, name, email, password_hash, created)
        SELECT ", id!("person", "n"), ", first || ' ' || last,
               lower(first || '.' || last) || CASE WHEN n < 2000 THEN '' ELSE n::text END || '@example.com', $6,
               $3::timestamptz - interval '365 days' + n * interval '1 minute'
        FROM (
            SELECT n, ", element!("$4::text[]", "n"), " AS first,
                   ", element!("$5::text[]", "n / cardinality($4::text[])"), " AS last
            FROM generate_series(0, $2::bigint - 1) AS n
        ) AS named";
    TEAMS = "
        INSERT INTO team (id, name, created)
        SELECT ", id!("team", "n"), ",
               ", element!("$4::text[]", "n"), " || ", element!("$5::text[]", "n / cardinality($4::text[])"), "
                   || CASE WHEN n < 200 THEN '' ELSE ' ' || n END,
               $3::timestamptz - interval '365 days' + n * interval '1 hour'
        FROM generate_series(0, $2::bigint - 1) AS n";
    // An owner for each team, and everybody in at least one team.
    MEMBERS = "
        INSERT INTO membership (team, person, role, since)
        SELECT ", id!("team", "team"), ", ", id!("person", "person"), ", role, $4::timestamptz - interval '300 days'
        FROM (
            SELECT n AS team, n * 7 % $3::bigint AS person, 'owner' AS role FROM generate_series(0, $2::bigint - 1) AS n
            UNION ALL
            SELECT ", pick!("n", 11, "$2"), ", n,
                   CASE WHEN n % 10 < 6 THEN 'operator' WHEN n % 10 < 9 THEN 'viewer' ELSE 'owner' END
            FROM generate_series(0, $3::bigint - 1) AS n
        ) AS placed
        ON CONFLICT DO NOTHING";
    ACCOUNTS = "
        INSERT INTO cloud_account (id, name, aws_account, role_arn, regions, disabled, created)
        SELECT ", id!("account", "n - 1"), ", 'Sample ' || name, '00000000010' || n,
               'arn:aws:iam::00000000010' || n || ':role/handrail', $3::text[], true,
               $2::timestamptz - interval '365 days'
        FROM unnest(ARRAY['production', 'staging', 'research', 'training']) WITH ORDINALITY AS of (name, n)";
}

pub(super) async fn plant(tx: &mut PgConnection, sample: &Sample, planted: &mut Planted) -> Answer<()> {
    let people = PEOPLE.query().bind(sample.seed).bind(sample.people).bind(sample.at);
    let people = people.bind(&FIRST_NAMES[..]).bind(&LAST_NAMES[..]).bind(NO_PASSWORD).execute(&mut *tx).await?;
    planted.push(("person", people.rows_affected()));
    let teams = TEAMS.query().bind(sample.seed).bind(sample.teams).bind(sample.at);
    let teams = teams.bind(&AREAS[..]).bind(&GROUPS[..]).execute(&mut *tx).await?;
    planted.push(("team", teams.rows_affected()));
    let members = MEMBERS.query().bind(sample.seed).bind(sample.teams).bind(sample.people).bind(sample.at);
    planted.push(("membership", members.execute(&mut *tx).await?.rows_affected()));
    let regions: Vec<&str> = REGIONS.iter().map(|(code, _)| *code).collect();
    let accounts = ACCOUNTS.query().bind(sample.seed).bind(sample.at).bind(regions).execute(tx).await?;
    planted.push(("cloud_account", accounts.rows_affected()));
    Ok(())
}
