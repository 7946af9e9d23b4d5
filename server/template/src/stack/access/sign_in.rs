//! Sign-in at the load balancer, and the way past it for machines (ELB user guide, "Authenticate users using an Application Load
//! Balancer").

use crate::stack::{Resource, Stack, attribute, reference};
use model::{
    plan::Section::{Access, Network},
    spec::SignIn,
};
use serde_json::{Value, json};

/// How long a sign-in lasts, in seconds: a working day. ELB's own default is a week.
const SESSION_SECONDS: &str = "43200";

/// The action that asks people to sign in; none where nobody is asked.
pub(super) fn action(stack: &Stack) -> Option<Value> {
    let action = match stack.spec.access.sign_in.as_ref()? {
        SignIn::Oidc(oidc) => json!({
            "Order": 1, "Type": "authenticate-oidc",
            "AuthenticateOidcConfig": {
                "Issuer": oidc.issuer, "AuthorizationEndpoint": oidc.authorization_endpoint,
                "TokenEndpoint": oidc.token_endpoint, "UserInfoEndpoint": oidc.user_info_endpoint,
                "ClientId": oidc.client_id,
                // CloudFormation puts the secret in; the template holds a reference only.
                "ClientSecret": format!("{{{{resolve:secretsmanager:{}:SecretString}}}}", oidc.client_secret_arn),
                "OnUnauthenticatedRequest": "authenticate", "SessionTimeout": SESSION_SECONDS
            }
        }),
        SignIn::Cognito(cognito) => json!({
            "Order": 1, "Type": "authenticate-cognito",
            "AuthenticateCognitoConfig": {
                "UserPoolArn": cognito.user_pool_arn, "UserPoolClientId": cognito.client_id,
                "UserPoolDomain": cognito.domain,
                "OnUnauthenticatedRequest": "authenticate", "SessionTimeout": SESSION_SECONDS
            }
        }),
    };
    Some(action)
}

/// What sign-in needs beside its action.
pub(super) fn add(stack: &mut Stack, forward: &Value) {
    if stack.spec.access.sign_in.is_none() {
        return;
    }
    // Only the paths that ask for the session key themselves: the pages stay behind the sign-in (SDK openhands-agent-server: everything
    // under /api and /sockets takes X-Session-API-Key).
    stack.add(Resource::new(
        "MachineRule",
        "AWS::ElasticLoadBalancingV2::ListenerRule",
        Access,
        "Lets API clients through that bring a session key, which OpenHands checks",
        json!({
            "ListenerArn": reference("HttpsListener"), "Priority": 1,
            "Conditions": [
                { "Field": "path-pattern", "PathPatternConfig": { "Values": ["/api/*", "/sockets/*"] } },
                { "Field": "http-header", "HttpHeaderConfig": { "HttpHeaderName": "X-Session-API-Key", "Values": ["?*"] } },
            ],
            "Actions": forward
        }),
    ));
    stack.add(Resource::new(
        "LoadBalancerToIdentityProvider",
        "AWS::EC2::SecurityGroupEgress",
        Network,
        "Lets the load balancer ask the identity provider",
        json!({
            "GroupId": attribute("LoadBalancerSecurityGroup", "GroupId"), "CidrIp": "0.0.0.0/0",
            "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "Description": "Load balancer to the identity provider"
        }),
    ));
}
