/** Words that make a name that of a credential. */
const CREDENTIAL_NAME =
  /passw(or)?d|passphrase|secret|token|credential|api[_-]?key|private[_-]?key|access[_-]?key|auth[_-]?key/i;

/** Endings that make it the name of something about a credential: where it is, how long it lasts. */
const ABOUT_CREDENTIAL =
  /[_-]?(arn|name|file|path|dir|url|uri|endpoint|host|region|header|ttl|expiry|expires|lifetime|length|issuer|enabled|version)$/i;

/** Access keys, private keys, tokens of well-known services, URLs with a password. */
const CREDENTIAL_VALUE =
  /\b(AKIA|ASIA)[A-Z0-9]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY|\b(gh[pousr]_|glpat-|xox[abprs]-|sk_live_)[A-Za-z0-9-]{10,}|:\/\/[^/\s:@]+:[^/\s@]+@/;

/** Whether a name is one that credentials go by, e.g. DB_PASSWORD, but not DB_PASSWORD_FILE. */
export function isCredentialName(name: string): boolean {
  return CREDENTIAL_NAME.test(name) && !ABOUT_CREDENTIAL.test(name);
}

/** Whether a text looks like a credential: an access key, a private key, a token, a URL with a password. */
export function isCredentialValue(text: string): boolean {
  return CREDENTIAL_VALUE.test(text);
}
