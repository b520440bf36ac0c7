import { BadInput } from './io.ts';

export interface Topics {
  readonly topicArn?: string;
  readonly mailTopicArn?: string;
}

const TOPIC_ARN = /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/;

/** Refuses a topic that is none, and a mail topic alone. Throws `BadInput`. */
export function checkTopics({ topicArn, mailTopicArn }: Topics): void {
  for (const [option, arn] of Object.entries({ '--topic-arn': topicArn, '--mail-topic-arn': mailTopicArn })) {
    if (arn === undefined || TOPIC_ARN.test(arn)) continue;
    throw new BadInput(`${option} is ${JSON.stringify(arn)}: expected arn:aws:sns:REGION:ACCOUNT:NAME`);
  }
  if (topicArn === undefined && mailTopicArn !== undefined) {
    throw new BadInput('--mail-topic-arn needs --topic-arn beside it');
  }
}
