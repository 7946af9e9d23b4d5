-- Where extra secrets were stored: a list of name, account, region and ARN. Never a value.

ALTER TABLE draft ADD COLUMN secrets jsonb NOT NULL DEFAULT '[]';
ALTER TABLE environment ADD COLUMN secrets jsonb NOT NULL DEFAULT '[]';
