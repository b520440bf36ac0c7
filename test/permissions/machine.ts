import { S3Client } from '@aws-sdk/client-s3';
import { Execution } from '../statemachine/execution.ts';
import { plain } from '../statemachine/expressions.ts';
import type { Json } from '../template/parse.ts';
import type { Functions } from './functions.ts';
import { refusedAction } from './lambda-service.ts';
import { ACCOUNT, LAKE, REGION } from './names.ts';
import type { Deployment, Site } from './site.ts';

/** How Step Functions reports what Lambda refuses it; the definition tries it again. */
class LambdaRefused extends Error {
  override readonly name = 'Lambda.AWSLambdaException';
}

/** An execution of the state machine: it reads, writes and invokes with its own role, the functions with theirs. */
export class Machine {
  readonly #site: Site;
  readonly #deployment: Deployment;
  readonly #functions: Functions;

  constructor(site: Site, deployment: Deployment, functions: Functions) {
    this.#site = site;
    this.#deployment = deployment;
    this.#functions = functions;
  }

  /** Runs a re-audit of a prefix, or of an inventory, to its end; tells how it ended. */
  async run(name: string, input: Record<string, Json> = { prefix: 'plain/' }): Promise<readonly string[]> {
    const config = this.#site.aws.clientConfig(ACCOUNT, REGION);
    const s3 = new S3Client({
      ...config,
      credentials: this.#deployment.credentials('ReauditStateMachineRole'),
    });
    const invoke = (functionArn: string, payload: Json) => this.#invoke(functionArn, payload);
    const options = { s3, invoke, name, redriveNames: 'everything' } as const;
    try {
      const ended = await new Execution({ bucket: LAKE, ...input }, options).run();
      if (ended.status === 'FAILED') return [`${ended.error}: ${ended.cause}`];
      return [`SUCCEEDED after ${ended.visited.join(', ')}`];
    } catch (error) {
      return [`refused: ${refusedAction(error)}`];
    } finally {
      s3.destroy();
    }
  }

  async #invoke(functionArn: string, payload: Json): Promise<Json> {
    const { accessKeyId } = this.#deployment.credentials('ReauditStateMachineRole');
    const need = { action: 'lambda:InvokeFunction', resource: functionArn };
    if (!this.#site.iam.may({ accessKeyId, account: ACCOUNT }, need))
      throw new LambdaRefused(`not authorized to perform: ${need.action} on resource: ${functionArn}`);
    const batch = functionArn.endsWith(':ReauditBatchFunction');
    return plain(await (batch ? this.#functions.batch(payload) : this.#functions.summary(payload)));
  }
}
