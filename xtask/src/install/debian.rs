//! Programs that come as Debian packages: Postgres, Chromium and a registry server. As root they are installed; otherwise the command to run is told.

use crate::{
    child::{answer, run_to_end},
    step::{note, step},
};
use anyhow::{Context, bail};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The folder with `initdb` and `postgres`, installed first if it is missing.
pub fn postgres() -> anyhow::Result<PathBuf> {
    step("Postgres", || {
        if let Some(folder) = find_postgres() {
            return Ok((folder.clone(), format!("found in {}", folder.display())));
        }
        install("postgresql", "Postgres")?;
        let folder = find_postgres().context("the package postgresql holds no initdb")?;
        Ok((folder, "installed".into()))
    })
}

/// The browser, installed first if it is missing.
pub fn chromium() -> anyhow::Result<PathBuf> {
    step("Chromium", || {
        if let Some(program) = find_chromium() {
            return Ok((program.clone(), format!("found at {}", program.display())));
        }
        install("chromium", "Chromium")?;
        let program = find_chromium().context("the package chromium holds no /usr/bin/chromium")?;
        Ok((program, "installed".into()))
    })
}

/// The registry server of the tests that copy images, installed first if it is missing.
pub fn docker_registry() -> anyhow::Result<PathBuf> {
    step("Registry server", || {
        let program = PathBuf::from("/usr/bin/docker-registry");
        if program.is_file() {
            return Ok((program, "found at /usr/bin/docker-registry".into()));
        }
        install("docker-registry", "The registry server")?;
        Ok((program, "installed".into()))
    })
}

/// Whether we run as root.
pub fn is_root() -> bool {
    answer("id", &["-u"]).as_deref() == Some("0")
}

/// User and group id of the account that must run Postgres when we are root, since Postgres refuses root.
pub fn postgres_owner() -> anyhow::Result<Option<(u32, u32)>> {
    if !is_root() {
        return Ok(None);
    }
    let accounts = fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
    owner_in(&accounts).map(Some).context("neither the user postgres nor nobody exists")
}

fn owner_in(accounts: &str) -> Option<(u32, u32)> {
    ["postgres", "nobody"].iter().find_map(|wanted| {
        let line = accounts.lines().find(|line| line.split(':').next() == Some(*wanted))?;
        let fields: Vec<&str> = line.split(':').collect();
        Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?))
    })
}

fn find_postgres() -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|versions| versions.flatten().map(|version| version.path().join("bin")).collect())
        .unwrap_or_default();
    // The newest first; by number, since 9 < 15.
    folders.sort_by_key(|folder| {
        let version = folder.parent().and_then(Path::file_name).and_then(|name| name.to_str()?.parse::<u32>().ok());
        std::cmp::Reverse(version)
    });
    folders.extend(answer("pg_config", &["--bindir"]).map(PathBuf::from));
    folders.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    folders.into_iter().find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
}

fn find_chromium() -> Option<PathBuf> {
    let named = env::var_os("HANDRAIL_CHROMIUM").map(PathBuf::from);
    let usual = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].map(PathBuf::from);
    named.into_iter().chain(usual).find(|program| program.is_file())
}

fn install(package: &str, what: &str) -> anyhow::Result<()> {
    if !Path::new("/usr/bin/apt-get").exists() {
        bail!("{what} is missing: install it with the package manager of this system");
    }
    if !is_root() {
        bail!("{what} is missing: run `sudo apt-get install --no-install-recommends {package}`");
    }
    note(&format!("installing the Debian package {package}"));
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command.arg("--quiet=2").args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        run_to_end(&command)
    };
    let wanted = ["install", "--yes", "--no-install-recommends", package];
    // The first try spares the update where the lists are fresh.
    if apt(&wanted).is_err() {
        apt(&["update"]).and_then(|()| apt(&wanted)).with_context(|| {
            format!(
                "cannot install {package}: is the Debian mirror reachable? Otherwise run `apt-get install {package}`"
            )
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postgres_runs_as_its_own_account_where_there_is_one() {
        let accounts = "root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\npostgres:x:101:104::/:/bin/sh\n";
        assert_eq!(owner_in(accounts), Some((101, 104)));
        assert_eq!(owner_in("nobody:x:65534:65534::/:/bin/false\n"), Some((65534, 65534)));
        assert_eq!(owner_in("root:x:0:0::/root:/bin/sh\n"), None);
    }
}
