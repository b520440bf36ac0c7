import { jsonText } from '../objects/json-text.ts';
import { bucketName, objectKey } from '../objects/object.ts';
import { findExemption } from '../policy/exempt.ts';
import { explainRule } from '../policy/explain.ts';
import { utcDay } from '../verdict/judge-key.ts';
import { EXIT, type ExitStatus } from './exit-status.ts';
import { BadInput, type CliIo } from './io.ts';
import { preparedPolicy } from './load-policy.ts';
import type { Invocation } from './parse-args.ts';
import { type ExplainedObject, explanationJson, renderExplanation } from './render-explanation.ts';
import { writeOut } from './sink.ts';

type Explain = Extract<Invocation, { command: 'policy explain' }>;

/** Says which rule decides for an object, why the others do not, and what is then required. */
export async function policyExplain(invocation: Explain, io: CliIo): Promise<ExitStatus> {
  const prepared = await preparedPolicy(invocation.policy, invocation.aws, io);
  const { bucket, key } = readObject(invocation.object);
  const { policy } = prepared;
  const explained: ExplainedObject = {
    bucket,
    key,
    policy,
    exemption: findExemption(prepared.exemptions, { bucket, key, today: utcDay(io.now()) }),
    explanation: explainRule(prepared.rules, policy.rules, bucket, key),
  };
  await writeOut(
    invocation.json ? `${jsonText(explanationJson(explained), 2)}\n` : renderExplanation(explained),
    io,
  );
  return EXIT.nothing;
}

function readObject(text: string) {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/s.exec(text) ?? [];
  if (bucket === undefined || key === undefined) {
    throw new BadInput(`${JSON.stringify(text)} names no object: expected s3://BUCKET/KEY`);
  }
  return { bucket: bucketName(bucket), key: objectKey(key) };
}
