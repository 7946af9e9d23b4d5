//! What an environment costs a month, from a dated table of list prices. An estimate, and called one.

use crate::stack::{secret_count, services};
use model::{
    matrix::{self, DataService},
    money::Usd,
    plan::{CostEstimate, CostItem, Section},
    spec::{Architecture, Host, InstanceType, Scheme, Size, Spec},
};
use rust_decimal::Decimal;
use serde::Deserialize;
use std::{collections::BTreeMap, sync::LazyLock};

/// Hours of a month, as AWS's own calculator reckons.
const HOURS: u32 = 730;
/// Fargate's ephemeral disk that is free of charge, in GiB.
const FREE_EPHEMERAL_GIB: u32 = 20;
/// What the estimate assumes of use, since nobody knows it beforehand.
const NAT_GIB: u32 = 50;
const FILES_GIB: u32 = 20;
const BUCKET_GIB: u32 = 5;
const LOG_GIB: u32 = 2;
/// Metrics that Container Insights makes for a cluster with one service and one task.
const INSIGHTS_METRICS: u32 = 20;

#[derive(Deserialize)]
struct Table {
    as_of: String,
    regions: BTreeMap<String, Region>,
}

/// Prices of a region; `None` where the table has none. Hours are hours, GiB are GiB, months are months.
#[derive(Deserialize, Default)]
struct Region {
    fargate_x86_64_vcpu_hour: Option<Decimal>,
    fargate_x86_64_gib_hour: Option<Decimal>,
    fargate_arm64_vcpu_hour: Option<Decimal>,
    fargate_arm64_gib_hour: Option<Decimal>,
    fargate_ephemeral_gib_hour: Option<Decimal>,
    /// By instance type, on demand.
    #[serde(default)]
    host_hour: BTreeMap<String, Option<Decimal>>,
    host_disk_gib_month: Option<Decimal>,
    load_balancer_hour: Option<Decimal>,
    load_balancer_lcu_hour: Option<Decimal>,
    nat_gateway_hour: Option<Decimal>,
    nat_gateway_gib: Option<Decimal>,
    /// Of one interface endpoint in one zone.
    interface_endpoint_hour: Option<Decimal>,
    interface_endpoint_gib: Option<Decimal>,
    /// By instance class, in one zone.
    database_hour: BTreeMap<String, Option<Decimal>>,
    database_storage_gib_month: Option<Decimal>,
    database_snapshot_gib_month: Option<Decimal>,
    file_system_gib_month: Option<Decimal>,
    bucket_gib_month: Option<Decimal>,
    log_gib: Option<Decimal>,
    public_address_hour: Option<Decimal>,
    secret_month: Option<Decimal>,
    alarm_month: Option<Decimal>,
    insights_metric_month: Option<Decimal>,
}

impl Region {
    /// Prices of a vCPU hour and of a GiB hour.
    fn fargate(&self, architecture: Architecture) -> (Option<Decimal>, Option<Decimal>) {
        match architecture {
            Architecture::X86_64 => (self.fargate_x86_64_vcpu_hour, self.fargate_x86_64_gib_hour),
            Architecture::Arm64 => (self.fargate_arm64_vcpu_hour, self.fargate_arm64_gib_hour),
        }
    }
}

impl Region {
    fn host(&self, instance_type: InstanceType) -> Option<Decimal> {
        self.host_hour.get(instance_type.code()).copied().flatten()
    }
}

static TABLE: LazyLock<Table> =
    LazyLock::new(|| serde_json::from_str(include_str!("../prices.json")).expect("prices.json is tested to parse"));
static UNKNOWN: LazyLock<Region> = LazyLock::new(Region::default);

fn region(code: &str) -> &'static Region {
    TABLE.regions.get(code).unwrap_or(&UNKNOWN)
}

/// CPU units as vCPU, MiB as GiB.
fn of_1024(count: u32) -> Decimal {
    Decimal::from(count) / Decimal::from(1024)
}

fn cents(amount: Decimal) -> Usd {
    Usd(amount.round_dp(2))
}

/// Price of a size's task alone, a month without a pause; `None` where the table has no price.
pub fn size_price(size: Size, architecture: Architecture, region_code: &str) -> Option<Usd> {
    let (cpu, memory) = region(region_code).fargate(architecture);
    Some(cents((cpu? * of_1024(size.cpu_units()) + memory? * of_1024(size.memory_mib())) * Decimal::from(HOURS)))
}

/// Price of a host without its disk, a month without a pause; `None` where the table has no price.
pub fn host_price(instance_type: InstanceType, region_code: &str) -> Option<Usd> {
    Some(cents(region(region_code).host(instance_type)? * Decimal::from(HOURS)))
}

/// Price a month of something that was left after a deletion, where it can be told. `gib` is its size.
pub fn leftover_price(resource_type: &str, gib: Option<u32>, region_code: &str) -> Option<Usd> {
    let prices = region(region_code);
    let of_size = |price: Option<Decimal>| Some(cents(price? * Decimal::from(gib?)));
    let of_hours = |price: Option<Decimal>| Some(cents(price? * Decimal::from(HOURS)));
    match resource_type {
        "AWS::RDS::DBSnapshot" => of_size(prices.database_snapshot_gib_month),
        "AWS::EFS::FileSystem" => of_size(prices.file_system_gib_month),
        "AWS::S3::Bucket" => of_size(prices.bucket_gib_month),
        "AWS::SecretsManager::Secret" => prices.secret_month.map(cents),
        "AWS::EC2::NatGateway" => of_hours(prices.nat_gateway_hour),
        "AWS::EC2::EIP" => of_hours(prices.public_address_hour),
        "AWS::ElasticLoadBalancingV2::LoadBalancer" => of_hours(prices.load_balancer_hour),
        _ => None,
    }
}

/// What goes on costing while the environment is paused: its task has stopped, its database too.
#[derive(Clone, Copy)]
enum Paused {
    Same,
    Nothing,
}

/// One line being reckoned: how many of what at which price.
struct Line {
    label: &'static str,
    section: Section,
    quantity: Decimal,
    /// The quantity in words, such as `2 vCPU × 730 h`.
    words: String,
    price: Option<Decimal>,
    paused: Paused,
    usage_dependent: bool,
}

impl Line {
    fn item(self) -> CostItem {
        let monthly = self.price.map(|price| cents(price * self.quantity));
        let basis = match self.price {
            Some(price) => format!("{} × ${}", self.words, price.normalize()),
            None => format!("{}, price unknown in this region", self.words),
        };
        let monthly_paused = match self.paused {
            Paused::Same => monthly,
            Paused::Nothing => Some(Usd::ZERO),
        };
        CostItem {
            label: self.label.to_owned(),
            basis,
            section: self.section,
            monthly,
            monthly_paused,
            usage_dependent: self.usage_dependent,
        }
    }
}

/// Estimate of a spec in a region, item by item.
pub fn estimate(spec: &Spec, region_code: &str) -> CostEstimate {
    let prices = region(region_code);
    let lines = [compute(spec, prices), network(spec, prices), data(spec, prices), rest(spec, prices)];
    CostEstimate {
        region: region_code.to_owned(),
        as_of: TABLE.as_of.clone(),
        items: lines.into_iter().flatten().map(Line::item).collect(),
    }
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn hours(count: Decimal) -> Decimal {
    count * Decimal::from(HOURS)
}

fn compute(spec: &Spec, prices: &Region) -> Vec<Line> {
    let line = |label, quantity, words, price| Line {
        label,
        section: Section::Compute,
        quantity,
        words,
        price,
        paused: Paused::Nothing,
        usage_dependent: false,
    };
    if let Some(Host { instance_type, disk_gib }) = spec.compute.host {
        let words = format!("1 {} × {HOURS} h", instance_type.code());
        let disk =
            line("EBS disk", Decimal::from(disk_gib), format!("{disk_gib} GiB of gp3"), prices.host_disk_gib_month);
        return vec![line("EC2 host", hours(Decimal::ONE), words, prices.host(instance_type)), disk];
    }
    let (cpu, memory) = prices.fargate(spec.compute.architecture);
    let (cpus, gibs) = (of_1024(spec.compute.cpu_units()), of_1024(spec.compute.memory_mib()));
    let mut lines = vec![
        line("Fargate vCPU", hours(cpus), format!("{} vCPU × {HOURS} h", cpus.normalize()), cpu),
        line("Fargate memory", hours(gibs), format!("{} GiB × {HOURS} h", gibs.normalize()), memory),
    ];
    let disk = spec.compute.ephemeral_gib.unwrap_or_default().saturating_sub(FREE_EPHEMERAL_GIB);
    if disk > 0 {
        let words = format!("{disk} GiB above the free {FREE_EPHEMERAL_GIB} × {HOURS} h");
        let quantity = hours(Decimal::from(disk));
        lines.push(line("Fargate scratch disk", quantity, words, prices.fargate_ephemeral_gib_hour));
    }
    lines
}

fn network(spec: &Spec, prices: &Region) -> Vec<Line> {
    let zones = u32::from(spec.network.zones);
    let gateways = u32::from(spec.network.gateways());
    let mut lines = vec![
        Line {
            label: "Load balancer",
            section: Section::Access,
            quantity: hours(Decimal::ONE),
            words: format!("1 × {HOURS} h"),
            price: prices.load_balancer_hour,
            paused: Paused::Same,
            usage_dependent: false,
        },
        Line {
            label: "Load balancer capacity",
            section: Section::Access,
            quantity: hours(Decimal::ONE),
            words: format!("about 1 LCU × {HOURS} h"),
            price: prices.load_balancer_lcu_hour,
            paused: Paused::Nothing,
            usage_dependent: true,
        },
    ];
    if gateways > 0 {
        lines.push(Line {
            label: "NAT gateways",
            section: Section::Network,
            quantity: hours(Decimal::from(gateways)),
            words: format!("{gateways} × {HOURS} h"),
            price: prices.nat_gateway_hour,
            paused: Paused::Same,
            usage_dependent: false,
        });
        lines.push(Line {
            label: "NAT traffic",
            section: Section::Network,
            quantity: Decimal::from(NAT_GIB),
            words: format!("about {NAT_GIB} GiB"),
            price: prices.nat_gateway_gib,
            paused: Paused::Nothing,
            usage_dependent: true,
        });
    }
    let endpoints = services(spec);
    for service in &endpoints {
        lines.push(Line {
            label: service.label,
            section: Section::Network,
            quantity: hours(Decimal::from(zones)),
            words: format!("{zones} zones × {HOURS} h"),
            price: prices.interface_endpoint_hour,
            paused: Paused::Same,
            usage_dependent: false,
        });
    }
    if !endpoints.is_empty() {
        lines.push(Line {
            label: "Endpoint traffic",
            section: Section::Network,
            quantity: Decimal::from(NAT_GIB),
            words: format!("about {NAT_GIB} GiB"),
            price: prices.interface_endpoint_gib,
            paused: Paused::Nothing,
            usage_dependent: true,
        });
    }
    let balancer_zones = spec.network.existing.as_ref().map_or(zones, |vpc| count(vpc.public_subnets.len()));
    let balancer = if spec.access.scheme == Scheme::InternetFacing { balancer_zones } else { 0 };
    for (label, count, paused) in [
        ("Public addresses", gateways + balancer, Paused::Same),
        ("Public address of the task", u32::from(spec.network.has_public_tasks()), Paused::Nothing),
    ] {
        if count > 0 {
            lines.push(Line {
                label,
                section: Section::Network,
                quantity: hours(Decimal::from(count)),
                words: format!("{count} × {HOURS} h"),
                price: prices.public_address_hour,
                paused,
                usage_dependent: false,
            });
        }
    }
    lines
}

fn data(spec: &Spec, prices: &Region) -> Vec<Line> {
    let database = &spec.database;
    let instances = if database.multi_az { 2 } else { 1 };
    let class = database.class.code();
    let storage = database.storage_gib * instances;
    let assumed = |label, gib: u32, price| Line {
        label,
        section: Section::Data,
        quantity: Decimal::from(gib),
        words: format!("about {gib} GiB"),
        price,
        paused: Paused::Same,
        usage_dependent: true,
    };
    let mut lines = vec![
        Line {
            label: "RDS Postgres",
            section: Section::Data,
            quantity: hours(Decimal::from(instances)),
            words: format!("{instances} {class} × {HOURS} h"),
            price: prices.database_hour.get(class).copied().flatten(),
            paused: Paused::Nothing,
            usage_dependent: false,
        },
        Line {
            label: "RDS storage",
            section: Section::Data,
            quantity: Decimal::from(storage),
            words: format!("{storage} GiB"),
            price: prices.database_storage_gib_month,
            paused: Paused::Same,
            usage_dependent: false,
        },
    ];
    if matrix::has(spec.edition, spec.compute.kind, DataService::Files, false) {
        lines.push(assumed("EFS files", FILES_GIB, prices.file_system_gib_month));
    }
    lines.push(assumed("S3 bucket", BUCKET_GIB, prices.bucket_gib_month));
    lines
}

fn rest(spec: &Spec, prices: &Region) -> Vec<Line> {
    // Those of the stack, the one of RDS's master user, and the LLM key and the client secret where there are.
    let secrets = secret_count(spec.edition)
        + 1
        + u32::from(spec.llm.key_secret_arn.is_some())
        + u32::from(spec.access.sign_in.as_ref().is_some_and(|sign_in| sign_in.client_secret_arn().is_some()));
    let alarms = crate::stack::alarm_count(spec);
    let line = |label, section, count: u32, words, price, usage_dependent| Line {
        label,
        section,
        quantity: Decimal::from(count),
        words,
        price,
        paused: if usage_dependent { Paused::Nothing } else { Paused::Same },
        usage_dependent,
    };
    vec![
        line("Secrets", Section::Secrets, secrets, format!("{secrets} secrets"), prices.secret_month, false),
        line("Alarms", Section::Observability, alarms, format!("{alarms} alarms"), prices.alarm_month, false),
        line("Logs", Section::Observability, LOG_GIB, format!("about {LOG_GIB} GiB"), prices.log_gib, true),
        line(
            "Container Insights",
            Section::Observability,
            INSIGHTS_METRICS,
            format!("about {INSIGHTS_METRICS} metrics"),
            prices.insights_metric_month,
            true,
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::spec::{DatabaseClass, REGIONS};

    #[test]
    fn every_region_has_its_row_and_what_a_first_environment_needs() {
        for (code, name) in REGIONS {
            let prices = TABLE.regions.get(*code).unwrap_or_else(|| panic!("{name} has no prices"));
            for size in Size::ALL {
                assert!(size_price(*size, Architecture::X86_64, code).is_some(), "{name} {size:?}");
            }
            assert!(prices.load_balancer_hour.is_some() && prices.nat_gateway_hour.is_some(), "{name}");
            assert!(prices.host_disk_gib_month.is_some(), "{name}");
            for one in InstanceType::ALL {
                assert!(prices.host_hour.contains_key(one.code()), "{name} {one:?}: null where unknown");
            }
            for class in DatabaseClass::ALL {
                assert!(prices.database_hour.contains_key(class.code()), "{name} {class:?}: null where unknown");
            }
        }
    }

    #[test]
    fn a_size_costs_what_its_parts_cost() {
        // 2 vCPU × 0.04048 + 8 GiB × 0.004445, 730 hours.
        let price = size_price(Size::Medium, Architecture::X86_64, "us-east-1").expect("known");
        assert_eq!(price.0.to_string(), "85.06");
    }

    #[test]
    fn an_unknown_region_is_unknown_not_free() {
        assert_eq!(size_price(Size::Small, Architecture::X86_64, "mars-1"), None);
        assert_eq!(host_price(InstanceType::M6iLarge, "mars-1"), None);
        assert_eq!(leftover_price("AWS::RDS::DBSnapshot", Some(20), "mars-1"), None);
    }

    #[test]
    fn leftovers_have_prices_where_their_size_is_known() {
        let snapshot = leftover_price("AWS::RDS::DBSnapshot", Some(20), "us-east-1").expect("known");
        assert_eq!(snapshot.0.to_string(), "1.90");
        assert_eq!(leftover_price("AWS::RDS::DBSnapshot", None, "us-east-1"), None);
    }
}
