/**
 * Ends of the property paths whose values nobody may read in a log or a message, `*` for a list index. Names of secrets
 * are among them: they say where to look.
 */
export const SENSITIVE_PATHS: readonly string[] = [
  'Environment/*/Value',
  'Secrets/*/ValueFrom',
  'RepositoryCredentials/CredentialsParameter',
];
