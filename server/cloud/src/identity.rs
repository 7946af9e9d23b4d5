//! Who we are in an account.

use crate::session::Session;
use model::account::CallerIdentity;
use ports::CloudResult;

impl Session {
    /// `sts:GetCallerIdentity`, which AWS answers to everybody whose credentials are valid.
    pub(crate) async fn identity(&self) -> CloudResult<CallerIdentity> {
        let answer = self.ask("sts:GetCallerIdentity", self.sts.get_caller_identity().send()).await?;
        Ok(CallerIdentity { account: answer.account.unwrap_or_default(), arn: answer.arn.unwrap_or_default() })
    }
}
