/**
 * Stands in for the SDK v2 modules that the CloudFormation library requires when it is loaded. Loading is all that
 * happens: the library uses them only to deliver logs and metrics, which this runtime does itself over SDK v3, and to
 * make clients for handlers, which get `clientConfiguration` instead.
 *
 * There is no S3 client either: the library copies the log to a bucket that it creates in the user's account, with
 * three more calls for each invocation and a second copy to protect, for the case that CloudWatch Logs is down.
 */
export default class SdkV2Client {
  constructor() {
    throw new Error(
      'SDK v2 is not part of this bundle. Make an SDK v3 client from request.clientConfiguration.',
    );
  }
}
