import { type Answer, AnswerMap } from './answers.ts';
import { invalidParameter, notImplemented } from './errors.ts';
import type { Operation } from './operation.ts';
import type { Topic } from './topics.ts';

const settable = [
  'DisplayName',
  'Policy',
  'DeliveryPolicy',
  'KmsMasterKeyId',
  'SignatureVersion',
  'TracingConfig',
  'MaximumMessageSize',
];
const defaultMaximumMessageSize = 262_144;

/** The largest message that a topic takes, attributes included. */
export function maximumMessageSize(topic: Topic): number {
  return Number(topic.attributes.MaximumMessageSize ?? defaultMaximumMessageSize);
}

/** Whether a topic was raised above the default, which shuts out all protocols but a few. */
export function takesLargeMessages(topic: Topic): boolean {
  return maximumMessageSize(topic) > defaultMaximumMessageSize;
}

function checkAttribute(name: string, value: string): void {
  if (name === 'FifoTopic' && value === 'true') throw notImplemented('FIFO topics');
  if (!settable.includes(name)) throw invalidParameter(`Attributes Reason: Unknown attribute ${name}`);
  const size = Number(value);
  if (name === 'MaximumMessageSize' && !(Number.isInteger(size) && size >= 1024 && size <= 1_048_576)) {
    throw invalidParameter('Attributes Reason: MaximumMessageSize must be between 1024 and 1048576');
  }
}

const createTopic: Operation = (state, form, caller) => {
  form.refuseUnknown(['Name', 'Attributes', 'Tags']);
  const name = form.required('Name');
  if (name.endsWith('.fifo')) throw notImplemented('FIFO topics');
  if (!/^[A-Za-z0-9_-]{1,256}$/.test(name)) throw invalidParameter('Topic Name');
  const attributes = form.map('Attributes');
  for (const [attribute, value] of Object.entries(attributes)) checkAttribute(attribute, value);
  const existing = state.topics.of(caller).find((topic) => topic.arn.endsWith(`:${name}`));
  const differs = Object.entries(attributes).some(([key, value]) => existing?.attributes[key] !== value);
  if (existing && differs) {
    throw invalidParameter('Attributes Reason: Topic already exists with different attributes');
  }
  const topic = state.topics.create(caller, name);
  topic.attributes = { ...topic.attributes, ...attributes };
  return { TopicArn: topic.arn };
};

const deleteTopic: Operation = (state, form, caller) => {
  form.refuseUnknown(['TopicArn']);
  const arn = form.required('TopicArn');
  // Deleting a topic that is not there is no error.
  if (state.topics.find(arn)) state.topics.remove(state.topics.addressed(arn, caller, 'DeleteTopic').arn);
  return undefined;
};

const pageSize = 100;

/** One page of a list, with the token of the next, as all list operations of SNS answer. */
export function page(items: readonly Answer[], token: string | undefined, name: string): Answer {
  const from = Number(token ?? '0');
  const next = from + pageSize < items.length ? { NextToken: String(from + pageSize) } : {};
  return { [name]: items.slice(from, from + pageSize), ...next };
}

const listTopics: Operation = (state, form, caller) => {
  form.refuseUnknown(['NextToken']);
  const topics = state.topics.of(caller).map((topic) => ({ TopicArn: topic.arn }));
  return page(topics, form.get('NextToken'), 'Topics');
};

const getTopicAttributes: Operation = (state, form, caller) => {
  form.refuseUnknown(['TopicArn']);
  const topic = state.topics.addressed(form.required('TopicArn'), caller, 'GetTopicAttributes');
  const subscriptions = [...topic.subscriptions.values()];
  const confirmed = subscriptions.filter((subscription) => subscription.confirmed).length;
  const attributes = new AnswerMap({
    TopicArn: topic.arn,
    Owner: topic.owner,
    DisplayName: '',
    ...topic.attributes,
    SubscriptionsConfirmed: String(confirmed),
    SubscriptionsPending: String(subscriptions.length - confirmed),
    SubscriptionsDeleted: '0',
  });
  return { Attributes: attributes };
};

const setTopicAttributes: Operation = (state, form, caller) => {
  form.refuseUnknown(['TopicArn', 'AttributeName', 'AttributeValue']);
  const topic = state.topics.addressed(form.required('TopicArn'), caller, 'SetTopicAttributes');
  const name = form.required('AttributeName');
  const value = form.get('AttributeValue') ?? '';
  checkAttribute(name, value);
  topic.attributes = { ...topic.attributes, [name]: value };
  return undefined;
};

/** The operations on topics, by their names on the wire. */
export const topicOperations: Readonly<Record<string, Operation>> = {
  CreateTopic: createTopic,
  DeleteTopic: deleteTopic,
  ListTopics: listTopics,
  GetTopicAttributes: getTopicAttributes,
  SetTopicAttributes: setTopicAttributes,
};
