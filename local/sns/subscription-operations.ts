import { type Answer, AnswerMap } from './answers.ts';
import { invalidParameter, notImplemented, SnsError } from './errors.ts';
import { type FilterPolicyScope, filterPolicyProblems } from './filter-policy.ts';
import type { Operation, SnsState } from './operation.ts';
import { page, takesLargeMessages } from './topic-operations.ts';
import type { Protocol, Subscription, Topic } from './topics.ts';

const protocols: readonly Protocol[] = ['sqs', 'email', 'http', 'https'];
const endpointShapes: Readonly<Record<Protocol, RegExp>> = {
  sqs: /^arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+$/,
  email: /^[^@\s]+@[^@\s]+$/,
  http: /^http:\/\/./,
  https: /^https:\/\/./,
};

/** The attributes of a subscription after a change, refused where SNS refuses them. */
function checkedAttributes(
  attributes: Readonly<Record<string, string>>,
  protocol: Protocol,
): Readonly<Record<string, string>> {
  const scope = attributes.FilterPolicyScope ?? 'MessageAttributes';
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'FilterPolicy') checkFilterPolicy(value, scope);
    else if (name === 'FilterPolicyScope') checkOneOf(name, value, ['MessageAttributes', 'MessageBody']);
    else if (name === 'RawMessageDelivery') checkOneOf(name, value, ['true', 'false']);
    else throw notImplemented(`the subscription attribute ${name}`);
  }
  if (attributes.RawMessageDelivery === 'true' && protocol === 'email') {
    throw invalidParameter(
      'Attributes Reason: RawMessageDelivery: Delivery protocol [email] does not support it',
    );
  }
  return attributes;
}

function checkOneOf(name: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value))
    throw invalidParameter(`Attributes Reason: ${name}: Invalid value [${value}]`);
}

function checkFilterPolicy(text: string, scope: string): void {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw invalidParameter('FilterPolicy: failed to parse JSON');
  }
  const [problem] = filterPolicyProblems(policy, scope as FilterPolicyScope);
  if (problem !== undefined) throw invalidParameter(`FilterPolicy: ${problem}`);
}

const subscribe: Operation = (state, form, caller) => {
  form.refuseUnknown(['TopicArn', 'Protocol', 'Endpoint', 'Attributes', 'ReturnSubscriptionArn']);
  const topic = state.topics.addressed(form.required('TopicArn'), caller, 'Subscribe');
  const wanted = form.required('Protocol');
  const protocol = protocols.find((known) => known === wanted);
  if (!protocol) throw notImplemented(`the protocol ${wanted}`);
  const endpoint = form.required('Endpoint');
  if (!endpointShapes[protocol].test(endpoint)) throw invalidParameter(`${protocol} endpoint`);
  if (protocol !== 'sqs' && takesLargeMessages(topic)) {
    throw invalidParameter(`Protocol Reason: a topic with a raised MaximumMessageSize takes no ${protocol}`);
  }
  const attributes = checkedAttributes(form.map('Attributes'), protocol);
  const subscription =
    existing(topic, protocol, endpoint, attributes) ??
    subscribeAnew(state, topic, { owner: caller.account, protocol, endpoint, attributes });
  const shown = subscription.confirmed || form.get('ReturnSubscriptionArn') === 'true';
  return { SubscriptionArn: shown ? subscription.arn : 'pending confirmation' };
};

function existing(
  topic: Topic,
  protocol: Protocol,
  endpoint: string,
  attributes: Readonly<Record<string, string>>,
): Subscription | undefined {
  const same = [...topic.subscriptions.values()].find(
    (subscription) => subscription.protocol === protocol && subscription.endpoint === endpoint,
  );
  if (same && Object.entries(attributes).some(([name, value]) => same.attributes[name] !== value)) {
    throw invalidParameter('Attributes Reason: Subscription already exists with different attributes');
  }
  return same;
}

function subscribeAnew(
  state: SnsState,
  topic: Topic,
  parts: Pick<Subscription, 'owner' | 'protocol' | 'endpoint' | 'attributes'>,
): Subscription {
  const subscription = state.topics.subscribe(topic, parts);
  if (subscription.protocol === 'email') {
    state.mailboxes.add(topic.arn, {
      to: subscription.endpoint,
      subject: 'AWS Notification - Subscription Confirmation',
      body: [
        'You have chosen to subscribe to the topic:',
        topic.arn,
        '',
        `To confirm this subscription, confirm the token ${subscription.token}`,
      ].join('\n'),
    });
  }
  return subscription;
}

const confirmSubscription: Operation = (state, form, caller) => {
  form.refuseUnknown(['TopicArn', 'Token']);
  const topic = state.topics.addressed(form.required('TopicArn'), caller, 'ConfirmSubscription');
  const token = form.required('Token');
  const subscription = [...topic.subscriptions.values()].find((candidate) => candidate.token === token);
  if (!subscription) throw invalidParameter('Token');
  subscription.confirmed = true;
  return { SubscriptionArn: subscription.arn };
};

const unsubscribe: Operation = (state, form, caller) => {
  form.refuseUnknown(['SubscriptionArn']);
  const arn = form.required('SubscriptionArn');
  const subscription = owned(state, arn, caller.account, 'Unsubscribe');
  state.topics.find(subscription.topicArn)?.subscriptions.delete(arn);
  return undefined;
};

function owned(state: SnsState, arn: string, account: string, action: string): Subscription {
  const subscription = state.topics.subscription(arn);
  if (subscription.owner !== account) {
    throw new SnsError(
      'AuthorizationError',
      403,
      `not authorized to perform: SNS:${action} on resource: ${arn}`,
    );
  }
  return subscription;
}

const listSubscriptionsByTopic: Operation = (state, form, caller) => {
  form.refuseUnknown(['TopicArn', 'NextToken']);
  const topic = state.topics.addressed(form.required('TopicArn'), caller, 'ListSubscriptionsByTopic');
  const subscriptions = [...topic.subscriptions.values()].map(listed);
  return page(subscriptions, form.get('NextToken'), 'Subscriptions');
};

function listed(subscription: Subscription): Answer {
  return {
    SubscriptionArn: subscription.confirmed ? subscription.arn : 'PendingConfirmation',
    Owner: subscription.owner,
    Protocol: subscription.protocol,
    Endpoint: subscription.endpoint,
    TopicArn: subscription.topicArn,
  };
}

const getSubscriptionAttributes: Operation = (state, form, caller) => {
  form.refuseUnknown(['SubscriptionArn']);
  const subscription = owned(
    state,
    form.required('SubscriptionArn'),
    caller.account,
    'GetSubscriptionAttributes',
  );
  const filtered = subscription.attributes.FilterPolicy !== undefined;
  const attributes = new AnswerMap({
    SubscriptionArn: subscription.arn,
    TopicArn: subscription.topicArn,
    Owner: subscription.owner,
    Protocol: subscription.protocol,
    Endpoint: subscription.endpoint,
    PendingConfirmation: String(!subscription.confirmed),
    RawMessageDelivery: 'false',
    ...(filtered ? { FilterPolicyScope: 'MessageAttributes' } : {}),
    ...subscription.attributes,
  });
  return { Attributes: attributes };
};

const setSubscriptionAttributes: Operation = (state, form, caller) => {
  form.refuseUnknown(['SubscriptionArn', 'AttributeName', 'AttributeValue']);
  const subscription = owned(
    state,
    form.required('SubscriptionArn'),
    caller.account,
    'SetSubscriptionAttributes',
  );
  const name = form.required('AttributeName');
  const changed = { ...subscription.attributes, [name]: form.get('AttributeValue') ?? '' };
  // An empty filter policy takes the filter away, as on AWS.
  const { FilterPolicy, ...unfiltered } = changed;
  subscription.attributes = checkedAttributes(FilterPolicy ? changed : unfiltered, subscription.protocol);
  return undefined;
};

/** The operations on subscriptions, by their names on the wire. */
export const subscriptionOperations: Readonly<Record<string, Operation>> = {
  Subscribe: subscribe,
  ConfirmSubscription: confirmSubscription,
  Unsubscribe: unsubscribe,
  ListSubscriptionsByTopic: listSubscriptionsByTopic,
  GetSubscriptionAttributes: getSubscriptionAttributes,
  SetSubscriptionAttributes: setSubscriptionAttributes,
};
