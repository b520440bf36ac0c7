/** How to reach AWS: the AWS CLI's global options. */
export interface AwsOptions {
  readonly endpointUrl?: string;
  readonly region?: string;
  readonly profile?: string;
}
