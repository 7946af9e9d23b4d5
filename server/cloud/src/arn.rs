//! Taking Amazon Resource Names apart.

/// The parts of `arn:partition:service:region:account:resource`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Arn<'a> {
    pub service: &'a str,
    /// Everything after the account, for example `service/cluster/name` or `snapshot:name`.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// `None` if the text is no ARN.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        if parts.next()? != "arn" {
            return None;
        }
        let _partition = parts.next()?;
        let service = parts.next()?;
        let _region = parts.next()?;
        let _account = parts.next()?;
        let resource = parts.next()?;
        (!service.is_empty() && !resource.is_empty()).then_some(Self { service, resource })
    }

    /// The resource's type and the rest, split at the first `/` or `:`; a resource without either has no type (S3 buckets).
    pub(crate) fn kind_and_name(&self) -> (&'a str, &'a str) {
        self.resource.split_once(['/', ':']).unwrap_or(("", self.resource))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_and_the_name_are_found_in_every_way_that_aws_writes_them() {
        let cases = [
            ("arn:aws:ecs:eu-central-1:111122223333:service/blue/web", "ecs", "service", "blue/web"),
            ("arn:aws:rds:eu-central-1:111122223333:snapshot:last", "rds", "snapshot", "last"),
            ("arn:aws:s3:::bucket-1", "s3", "", "bucket-1"),
            ("arn:aws-cn:logs:cn-north-1:111122223333:log-group:/a/b:*", "logs", "log-group", "/a/b:*"),
        ];
        for (text, service, kind, name) in cases {
            let arn = Arn::parse(text).expect(text);
            assert_eq!((arn.service, arn.kind_and_name()), (service, (kind, name)), "{text}");
        }
    }

    #[test]
    fn what_is_no_arn_is_refused() {
        for text in ["", "web", "arn:aws:ecs", "arn:aws:ecs:eu-central-1:111122223333:", "urn:aws:s3:::bucket"] {
            assert_eq!(Arn::parse(text), None, "{text}");
        }
    }
}
