/**
 * The AWS SDK tells everybody on Node 20 that its versions of 2027 will want Node 22. Here the lock file decides which
 * version runs, and README.md says which Node is recommended, so that the notice would only stand between the lines.
 * Imported before any SDK client is made. Source: the SDK's `emitWarningIfUnsupportedVersion`.
 */
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
