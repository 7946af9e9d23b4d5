//! Secrets in Secrets Manager: written and deleted, never read.

use crate::{problem::or_none, session::Session};
use aws_sdk_secretsmanager::types::Tag;
use model::{
    Secret,
    cause::{CloudProblem, CloudProblemKind},
};
use ports::CloudResult;
use std::collections::BTreeMap;

impl Session {
    /// Makes the secret or puts a new value; a secret that waits for its deletion is brought back first. Returns the ARN.
    pub(crate) async fn secret_put(
        &self,
        name: &str,
        description: &str,
        value: &Secret,
        tags: &BTreeMap<String, String>,
    ) -> CloudResult<String> {
        let tags = tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
        let request = self
            .secrets
            .create_secret()
            .name(name)
            .description(description)
            .secret_string(value.expose())
            .set_tags(Some(tags));
        match self.ask("secretsmanager:CreateSecret", request.send()).await {
            Ok(made) => Ok(made.arn.unwrap_or_default()),
            Err(problem) if problem.kind == CloudProblemKind::Conflict => {
                let again = self.secret_put_again(name, value, waits_for_deletion(&problem)).await;
                again.map_err(|problem| without(problem, value))
            }
            Err(problem) => Err(without(problem, value)),
        }
    }

    /// AWS says that a secret waits for its deletion when the name is asked for, or only when the value is put.
    async fn secret_put_again(&self, name: &str, value: &Secret, waits: bool) -> CloudResult<String> {
        if waits {
            self.secret_restore(name).await?;
        }
        match self.secret_value_put(name, value).await {
            Err(problem) if waits_for_deletion(&problem) => {
                self.secret_restore(name).await?;
                self.secret_value_put(name, value).await
            }
            done => done,
        }
    }

    async fn secret_value_put(&self, name: &str, value: &Secret) -> CloudResult<String> {
        let request = self.secrets.put_secret_value().secret_id(name).secret_string(value.expose());
        let put = self.ask("secretsmanager:PutSecretValue", request.send()).await?;
        Ok(put.arn.unwrap_or_default())
    }

    async fn secret_restore(&self, id: &str) -> CloudResult<()> {
        self.ask("secretsmanager:RestoreSecret", self.secrets.restore_secret().secret_id(id).send()).await.map(drop)
    }

    /// Deletes the secret at once, also one that waits for its deletion.
    pub(crate) async fn secret_delete(&self, arn: &str) -> CloudResult<()> {
        match self.secret_delete_now(arn).await {
            Err(problem) if waits_for_deletion(&problem) => {
                if or_none(self.secret_restore(arn).await)?.is_none() {
                    return Ok(());
                }
                self.secret_delete_now(arn).await
            }
            done => done,
        }
    }

    async fn secret_delete_now(&self, arn: &str) -> CloudResult<()> {
        let request = self.secrets.delete_secret().secret_id(arn).force_delete_without_recovery(true);
        or_none(self.ask("secretsmanager:DeleteSecret", request.send()).await).map(drop)
    }
}

/// AWS: "scheduled for deletion" when a name is taken by such a secret, "marked for deletion" when it is used.
fn waits_for_deletion(problem: &CloudProblem) -> bool {
    problem.kind == CloudProblemKind::Conflict && problem.message.contains("for deletion")
}

/// AWS quotes a value that it finds too long or malformed.
fn without(mut problem: CloudProblem, value: &Secret) -> CloudProblem {
    if !value.is_empty() {
        problem.message = problem.message.replace(value.expose(), "[secret]");
    }
    problem
}
