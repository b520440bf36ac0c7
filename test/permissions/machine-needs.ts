import type { Need } from '../../local/iam/decide.ts';
import { definition, states } from '../statemachine/definition.ts';
import type { Given } from '../template/parameters.ts';
import { isObject, type Json, type JsonObject } from '../template/parse.ts';
import { at } from '../template/stack.ts';
import { ACCOUNT, INVENTORY, LAKE, REGION, REPORTS } from './names.ts';

const STATES = `arn:aws:states:${REGION}:${ACCOUNT}`;

/**
 * What Step Functions does with the role of the state machine, as its definition and this page have it:
 * https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
 * Children are named with the label of their map. It is a reading of documentation: nothing local starts executions or
 * writes results in parts.
 */
export function machineNeeds(given: Given = {}): readonly Need[] {
  return Object.values(states(definition(given))).flatMap((state) => {
    if (!isObject(state)) return [];
    if (state.Type === 'Task') return [invoking(state)];
    if (state.Type !== 'Map') return [];
    const child = at(state, 'ItemProcessor', 'States', String(at(state, 'ItemProcessor', 'StartAt')));
    if (at(state, 'ItemProcessor', 'ProcessorConfig', 'Mode') !== 'DISTRIBUTED')
      throw new Error('this map is not distributed, and needs less');
    return [...following(String(state.Label)), reading(state), ...writing(state), invoking(child)];
  });
}

const invoking = (task: Json): Need => ({
  action: 'lambda:InvokeFunction',
  resource: String(at(task, 'Arguments', 'FunctionName')),
});

const following = (label: string): readonly Need[] => [
  { action: 'states:StartExecution', resource: `${STATES}:stateMachine:auditor-reaudit` },
  ...['states:DescribeExecution', 'states:StopExecution'].flatMap((action) =>
    [`:run`, `/${label}:child`].map((end) => ({
      action,
      resource: `${STATES}:execution:auditor-reaudit${end}`,
    })),
  ),
  { action: 'states:RedriveExecution', resource: `${STATES}:execution:auditor-reaudit/${label}:child` },
];

function reading(state: JsonObject): Need {
  const resource = String(at(state, 'ItemReader', 'Resource'));
  if (resource.endsWith(':s3:listObjectsV2'))
    return { action: 's3:ListBucket', resource: `arn:aws:s3:::${LAKE}` };
  if (resource.endsWith(':s3:getObject'))
    return { action: 's3:GetObject', resource: `arn:aws:s3:::${INVENTORY}/daily/manifest.json` };
  throw new Error(`it is not known what ${resource} needs`);
}

function writing(state: JsonObject): readonly Need[] {
  if (String(at(state, 'ResultWriter', 'Resource')) !== 'arn:aws:states:::s3:putObject')
    throw new Error('it is not known what this writer needs');
  if (at(state, 'ResultWriter', 'Arguments', 'Bucket') !== REPORTS)
    throw new Error('another bucket is written to');
  return ['s3:PutObject', 's3:GetObject', 's3:ListMultipartUploadParts', 's3:AbortMultipartUpload'].map(
    (action) => ({ action, resource: `arn:aws:s3:::${REPORTS}/reaudit/RUN/results/manifest.json` }),
  );
}

/**
 * Grants that neither the page nor a run shows to be needed; the contract lists their actions. A redrive names the children,
 * which carry a label, and restarts Express ones by StartExecution:
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
 */
export const NOT_SHOWN: readonly string[] = [
  `ReauditStateMachineRole FollowChildren: states:RedriveExecution on ${STATES}:execution:auditor-reaudit:*`,
];
