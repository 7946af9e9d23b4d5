//! From a valid draft to a plan: the rendered template, what it makes, what it costs and what the rules say of it.

use crate::{Outside, error::OrFault, token};
use model::{
    AccountId, EnvironmentId, Fault, Outcome, TeamId,
    account::CloudAccount,
    draft::Parsed,
    operation::OperationKind,
    plan::{Plan, PlanFinding, Severity},
    spec::Spec,
    team::Team,
};
use ports::store::EnvironmentRecord;
use template::{Identity, Rendered};

/// A plan with the template that it describes.
pub(crate) struct Drawn {
    pub(crate) plan: Plan,
    pub(crate) rendered: Rendered,
}

impl Drawn {
    /// Whether a rule forbids to carry the plan out.
    pub(crate) fn is_blocked(&self) -> bool {
        self.plan.findings.iter().any(|finding| finding.severity == Severity::Blocks)
    }
}

/// Renders revision 1 of a draft's spec and describes it.
pub(crate) async fn draw(outside: &Outside, environment: EnvironmentId, parsed: &Parsed) -> Outcome<Drawn> {
    let team = team(outside, parsed.team).await?;
    let account = account(outside, parsed.account).await?;
    let rendered = template::render(
        &parsed.spec,
        &Identity {
            environment,
            name: parsed.name.clone(),
            team: team.id,
            team_name: team.name,
            account: account.aws_account,
            region: parsed.region.clone(),
            revision: 1,
        },
    );
    let plan = Plan {
        hash: token::digest(&rendered.body),
        changes: rendered.resources.clone(),
        cost: template::estimate(&parsed.spec, &parsed.region),
        findings: findings(&parsed.spec, &rendered),
        roles: template::planned_roles(&rendered.body),
        expected: outside.store.operation_expected(OperationKind::Create).await.or_fault()?,
    };
    Ok(Drawn { plan, rendered })
}

/// Renders another spec of an environment that is there, as its revision of this number.
pub(crate) async fn render(
    outside: &Outside,
    record: &EnvironmentRecord,
    spec: &Spec,
    revision: u32,
) -> Outcome<Rendered> {
    let summary = &record.summary;
    let account = account(outside, summary.account).await?;
    let identity = Identity {
        environment: summary.id,
        name: summary.name.clone(),
        team: summary.team,
        team_name: summary.team_name.clone(),
        account: account.aws_account,
        region: summary.region.clone(),
        revision,
    };
    Ok(template::render(spec, &identity))
}

/// What the rules say of a rendered spec.
pub(crate) fn findings(spec: &Spec, rendered: &Rendered) -> Vec<PlanFinding> {
    // `render` makes the body from a JSON value, so that it parses; were it ever not to, CloudFormation would say so.
    let body = serde_json::from_str(&rendered.body).unwrap_or_default();
    template::findings(spec, &body)
}

async fn team(outside: &Outside, team: TeamId) -> Outcome<Team> {
    outside.store.team_get(team).await.or_fault()?.ok_or(Fault::NotFound)
}

async fn account(outside: &Outside, account: AccountId) -> Outcome<CloudAccount> {
    outside.store.account_get(account).await.or_fault()?.ok_or(Fault::NotFound)
}
