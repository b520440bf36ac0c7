import { connect, s3Lister } from '../compose.ts';
import { checkGoverned, targetOf } from './audit-target.ts';
import { dryRun } from './dry-run.ts';
import type { ExitStatus } from './exit-status.ts';
import type { CliIo } from './io.ts';
import { preparedPolicy } from './load-policy.ts';
import type { AuditDryRun } from './parse-audit.ts';

/** Estimates an audit, after the same checks that the audit itself would make. */
export async function auditDryRun(invocation: AuditDryRun, io: CliIo): Promise<ExitStatus> {
  const { target, policy: path, versions, aws, objects, prices, json } = invocation;
  const place = targetOf({ command: 'audit', target, policy: path, versions, aws });
  const { policy } = await preparedPolicy(path, aws, io);
  checkGoverned(policy, place);
  const given = {
    ...(objects === undefined ? {} : { objects }),
    ...(prices === undefined ? {} : { prices }),
  };
  const deps = { policy, lister: s3Lister(connect(aws)), random: Math.random };
  return dryRun({ ...place, versions, json, ...given }, deps, io);
}
