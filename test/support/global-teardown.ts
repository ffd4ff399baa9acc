/** Ends what {@link ./global-setup} has started. */
export { teardown as default } from './global-setup';
