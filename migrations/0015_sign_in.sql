-- Where the OIDC client secret of an environment lies in Secrets Manager, as the LLM key does.
ALTER TABLE draft ADD COLUMN sign_in_secret jsonb;
ALTER TABLE environment ADD COLUMN sign_in_secret jsonb;
