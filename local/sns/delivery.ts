import { matchesBodyFilterPolicy, matchesFilterPolicy } from './filter-policy.ts';
import type { SnsAttributes } from './message-attributes.ts';
import type { SnsState } from './operation.ts';
import type { Subscription, Topic } from './topics.ts';

/** A message that SNS has accepted. */
export interface Notification {
  readonly messageId: string;
  readonly subject: string | undefined;
  readonly message: string;
  /** The bodies by protocol of a structured message. */
  readonly bodies: ReadonlyMap<string, string> | undefined;
  readonly attributes: SnsAttributes;
}

const maximumRawAttributes = 10;

/** Hands an accepted message to every subscriber of the topic that is confirmed and whose filter lets it pass. */
export function deliverToSubscribers(state: SnsState, topic: Topic, notification: Notification): void {
  for (const subscription of topic.subscriptions.values()) {
    const body = notification.bodies?.get(subscription.protocol) ?? notification.bodies?.get('default');
    const message = body ?? notification.message;
    if (!subscription.confirmed || !passes(subscription, message, notification.attributes)) continue;
    if (subscription.protocol === 'sqs') toQueue(state, subscription, { ...notification, message });
    if (subscription.protocol === 'email')
      toMailbox(state, topic, subscription, { ...notification, message });
  }
}

function passes(subscription: Subscription, body: string, attributes: SnsAttributes): boolean {
  const { FilterPolicy, FilterPolicyScope } = subscription.attributes;
  if (FilterPolicy === undefined) return true;
  const policy: unknown = JSON.parse(FilterPolicy);
  return FilterPolicyScope === 'MessageBody'
    ? matchesBodyFilterPolicy(policy, body)
    : matchesFilterPolicy(policy, attributes);
}

function toQueue(state: SnsState, subscription: Subscription, notification: Notification): void {
  if (subscription.attributes.RawMessageDelivery !== 'true') {
    state.deliver(subscription.endpoint, envelope(state, subscription, notification));
    return;
  }
  const attributes = Object.entries(notification.attributes);
  // AWS discards such a message as a client-side error of the delivery; the publisher learns nothing of it.
  if (attributes.length > maximumRawAttributes) return;
  const raw = attributes.map(([name, { Type, Value }]) => [name, { DataType: Type, StringValue: Value }]);
  state.deliver(subscription.endpoint, notification.message, Object.fromEntries(raw));
}

function envelope(state: SnsState, subscription: Subscription, notification: Notification): string {
  const region = subscription.topicArn.split(':')[3] ?? '';
  const host = `https://sns.${region}.amazonaws.com`;
  return JSON.stringify({
    Type: 'Notification',
    MessageId: notification.messageId,
    TopicArn: subscription.topicArn,
    ...(notification.subject === undefined ? {} : { Subject: notification.subject }),
    Message: notification.message,
    Timestamp: new Date(state.clock()).toISOString(),
    SignatureVersion: '1',
    Signature: 'bG9jYWwgU05TIHNpZ25zIG5vdGhpbmc=',
    SigningCertURL: `${host}/SimpleNotificationService-local.pem`,
    UnsubscribeURL: `${host}/?Action=Unsubscribe&SubscriptionArn=${subscription.arn}`,
    ...(Object.keys(notification.attributes).length === 0
      ? {}
      : { MessageAttributes: notification.attributes }),
  });
}

function toMailbox(
  state: SnsState,
  topic: Topic,
  subscription: Subscription,
  notification: Notification,
): void {
  state.mailboxes.add(topic.arn, {
    to: subscription.endpoint,
    subject: notification.subject ?? 'AWS Notification Message',
    body: [
      notification.message,
      '',
      '--',
      'If you wish to stop receiving notifications from this topic, please unsubscribe:',
      subscription.arn,
    ].join('\n'),
  });
}
