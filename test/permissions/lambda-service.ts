import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { sqsEvent } from '../path/bench.ts';
import { idsOfType, properties } from '../template/stack.ts';
import type { Functions } from './functions.ts';
import { ACCOUNT, REGION } from './names.ts';
import { functionOf } from './roles.ts';
import type { Deployment, Site } from './site.ts';

/**
 * What the Lambda service does in the name of a function's role, done here over the wire: it reads the queue, deletes what is
 * done, keeps what failed, and writes logs. https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
 */
export class LambdaService {
  readonly #site: Site;
  readonly #deployment: Deployment;
  readonly #functions: Functions;

  constructor(site: Site, deployment: Deployment, functions: Functions) {
    this.#site = site;
    this.#deployment = deployment;
    this.#functions = functions;
  }

  /** One round of the event source mapping of `audit-queue`; tells how far it came. */
  async poll(): Promise<readonly string[]> {
    const sqs = this.#client();
    const { url: QueueUrl } = this.#site.queue('AuditQueue');
    const told: string[] = [];
    try {
      await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
      told.push(`received ${Messages.length}`);
      const back = await this.#functions.queueEvent(sqsEvent(...Messages.map(({ Body = '' }) => Body)));
      for (const [index, { ReceiptHandle }] of Messages.entries()) {
        if (back.includes(`m${index + 1}`)) continue;
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
        told.push('deleted');
      }
    } catch (error) {
      told.push(`refused: ${refusedAction(error)}`);
    }
    sqs.destroy();
    return told;
  }

  /** Invokes `audit-event` as for an event that came straight: three tries, then the failure queue. */
  async invokeAsynchronously(event: unknown): Promise<readonly string[]> {
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        await this.#functions.event(event);
        return ['done'];
      } catch {
        // Tried again as long as Lambda would.
      }
    }
    const sqs = this.#client();
    const { url: QueueUrl } = this.#site.queue('AuditEventFailureQueue');
    const MessageBody = JSON.stringify({ requestPayload: event });
    const lost = await sqs
      .send(new SendMessageCommand({ QueueUrl, MessageBody }))
      .then(() => 'kept', refusedAction);
    sqs.destroy();
    return [lost === 'kept' ? lost : `lost: ${lost}`];
  }

  /** Opens a log stream for each function and writes a line to it. The local AWS has no logs, so the IAM is asked alone. */
  logs(): readonly string[] {
    const { stack } = this.#deployment;
    return idsOfType(stack, 'AWS::Serverless::Function').map((id) => {
      const { role, logGroup } = functionOf(stack, id);
      const { accessKeyId } = this.#deployment.credentials(role);
      const resource = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${logGroup}:log-stream:2026/11/21/[1]0a1b`;
      const lost = ['logs:CreateLogStream', 'logs:PutLogEvents'].find(
        (action) => !this.#site.iam.may({ accessKeyId, account: ACCOUNT }, { action, resource }),
      );
      return `${String(properties(stack, id).Handler)}: ${lost === undefined ? 'kept' : `lost, ${lost}`}`;
    });
  }

  #client(): SQSClient {
    const config = this.#site.aws.clientConfig(ACCOUNT, REGION);
    return new SQSClient({ ...config, credentials: this.#deployment.credentials('AuditRole') });
  }
}

/** The action that an answer of the local IAM names as missing; what is no refusal is thrown. */
export function refusedAction(error: unknown): string {
  const [, action] = /is not authorized to perform: (\S+) /.exec(String(error)) ?? [];
  if (action === undefined) throw error;
  return action;
}
