/** Words, or ends of words, that make a name that of a credential. */
const CREDENTIAL_WORD =
  /(password|passwd|passphrase|secret|secrets|token|credentials?|apikey|privatekey|accesskey|authkey)$/;

/** Two words that do so together. */
const CREDENTIAL_PAIR = /(^| )(api|private|access|auth|encryption|signing) key( |$)/;

/** Words that do so only at the end of a name: `DB_PASS`, but not `PASS_THROUGH`. */
const CREDENTIAL_ENDING = / (pass|pwd)$/;

/** Endings that make it the name of something about a credential: where it is, how long it lasts. */
const ABOUT_CREDENTIAL =
  / (arn|name|file|path|dir|url|uri|endpoint|host|region|header|ttl|expiry|expires|expiration|lifetime|length|issuer|audience|enabled|version|policy|rules|type|count|limit|size|format|algorithm|rotation|manager|store|provider|scope|scopes|prefix|suffix|pattern|min|max)$/;

/** Access keys, private keys, tokens of well-known services, URLs and connection strings with a password. */
const CREDENTIAL_VALUE =
  /\b(AKIA|ASIA)[A-Z0-9]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY|\b(gh[pousr]_|glpat-|xox[abprs]-|sk_live_)[A-Za-z0-9-]{10,}|:\/\/[^/\s:@]+:[^/\s@]+@|(^|[;\s?&])(password|passwd|pwd)\s*=\s*[^;&\s$%{<]/i;

/** Whether a name is one that credentials go by, e.g. DB_PASSWORD, but not DB_PASSWORD_FILE. */
export function isCredentialName(name: string): boolean {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  const text = words.join(' ');
  const isCredential =
    words.some((word) => CREDENTIAL_WORD.test(word)) ||
    CREDENTIAL_PAIR.test(text) ||
    CREDENTIAL_ENDING.test(text);
  return isCredential && !ABOUT_CREDENTIAL.test(text);
}

/** Whether a text looks like a credential: an access key, a private key, a token, a URL with a password. */
export function isCredentialValue(text: string): boolean {
  return CREDENTIAL_VALUE.test(text);
}
