//! The network part of the create form.

use super::{DraftForm, check_cidr};
use crate::{
    FieldErrors,
    field::{number, offered},
    spec::{Nat, Network},
};

impl DraftForm {
    pub(super) fn parse_network(&self, errors: &mut FieldErrors) -> Option<Network> {
        let cidr = check_cidr(&self.cidr).map_err(|problem| errors.add("cidr", problem)).ok();
        let zones = number(&self.zones, "zones", 2, 3, errors);
        let nat = offered(Nat::from_code(&self.nat), "nat", errors);
        Some(Network { cidr: cidr?, zones: u8::try_from(zones?).ok()?, nat: nat? })
    }
}
