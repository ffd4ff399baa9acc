/**
 * Thrown when the hook's settings cannot be had. The message is meant for whoever deploys and for the governance team; it
 * says which setting, what is wrong and what to do.
 */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}
